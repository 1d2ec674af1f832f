using System.Globalization;
using Mbsa.Actors.Runs;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Attacks;

/// <summary>
/// Jobs that verify beside jobs that do not, on one disk and on two, at sizes and places that do not fit into each other: either the file
/// is refused with the line, or nothing is wrong. Draws some; MBSA_COMBINATIONS=1600 draws as many as that.
/// </summary>
public sealed class VerifyCombinationTests : IDisposable
{
    private const int Few = 150;

    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task Nothing_is_wrong_or_the_file_is_refused()
    {
        var asked = Environment.GetEnvironmentVariable("MBSA_COMBINATIONS");
        var count = asked is null ? Few : int.Parse(asked, CultureInfo.InvariantCulture);
        var (broken, ran, verified) = (new List<string>(), 0, 0L);
        for (var seed = 1; seed <= count; seed++)
        {
            var text = Draw(new Random(seed));
            try
            {
                var run = await ScenarioRun.Start(ScenarioFile.Load(_scratch.Write(text)).Spec).Completion;
                ran++;
                verified += run.Vms.Sum(vm => vm.BlocksVerified);
                if (run.Problems.Concat(run.Vms.SelectMany(vm => vm.Problems)).Any() || run.Vms.Any(vm => vm.BlocksWrong > 0))
                {
                    broken.Add($"seed {seed}: {string.Join("; ", run.Problems.Concat(run.Vms.SelectMany(vm => vm.Problems)))}\n{text}");
                }
            }
            catch (InputException refused)
            {
                if (refused.Line == 0)
                {
                    broken.Add($"seed {seed}: refused without a line: {refused.Message}\n{text}");
                }
            }
        }

        Assert.True(broken.Count == 0, $"{broken.Count} of {count}:\n{string.Join('\n', broken.Take(5))}");
        Assert.InRange(ran, count / 3, count);
        Assert.True(verified > ran);
    }

    private static string Draw(Random random)
    {
        T Of<T>(params T[] all) => all[random.Next(all.Length)];
        var disk = 4096L * random.Next(4, 80);
        string Job()
        {
            var verify = random.Next(3) == 0 ? $", verify: {Of("meta", "crc32c")}" : "";
            var sectors = verify.Length > 0 && random.Next(8) > 0 ? 8 : 1; // what verifies has to be aligned, and is refused if it is not
            var bytes = sectors == 8 ? Of(8, 16, 40) : Of(1, 2, 3, 8, 8, 16, 20, 129);
            var text = $"rw: {Of("read", "write", "randread", "randwrite", "randrw", "rw")}, bs: {512 * bytes}{verify}";
            text += random.Next(2) == 0 ? $", offset: {512 * sectors * random.Next((int)(disk / 1024 / sectors))}" : "";
            text += random.Next(3) == 0 ? $", numjobs: {random.Next(1, 4)}" : "";
            return random.Next(3) == 0 ? $"{{ {text}, ioengine: libaio, iodepth: {random.Next(1, 9)} }}" : $"{{ {text} }}";
        }

        string Vm(string name)
        {
            var path = Of("memory-bus", "memory-bus", "host", "vhost-bio", "virtio-mq");
            var wear = path == "host" ? "" : Of("", ", wear: { policy: due-time }", ", wear: { policy: start-gap }");
            var jobs = string.Join(", ", Enumerable.Range(0, random.Next(1, 4)).Select(_ => Job()));
            var storage = $"{{ size: {disk}B, path: {path}{wear} }}";
            return $"  - {{ name: {name}, vcpus: {random.Next(1, 4)}, storage: {storage}, workload: [ {jobs} ] }}";
        }

        var payload = Of("", "", "nvm: { payload: stamp }", "nvm: { payload: full }");
        var power = random.Next(4) == 0 ? "\nevents: [ { at: 1ms, power: off, for: 1ms } ]" : "";
        return $"seed: {random.Next(1000)}\nduration: 3ms\nhost: {{ {payload} }}\nvms:\n{Vm("a")}\n{Vm("b")}{power}\n";
    }
}
