using Mbsa.Host.Commands;
using Mbsa.Host.Files.Scenarios;
using Mbsa.Host.Tests.Files.Scenarios;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Protection;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Commands;

public sealed class RealMachineTests : IDisposable
{
    private readonly ScratchScenario _scratch = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public void A_protection_that_cannot_be_had_gives_way_to_its_fallback_with_a_warning()
    {
        var fitted = RealMachine.Protect("s.yaml", Load("{ method: cr0-opt, fallback: pte }"), NoKeys);

        Assert.Equal(ProtectionMethod.Pte, fitted.Spec.Vms[0].Storage!.Protection);
        Assert.Equal("a: protection 'cr0-opt' cannot be had here, so 'pte' is used: no keys", Assert.Single(fitted.Warnings));
    }

    [Theory]
    [InlineData("cr0-opt", "cr0-opt")]
    [InlineData("{ method: cr0, fallback: cr0-opt }", "cr0")]
    public void Without_a_fallback_that_helps_it_is_an_error_that_says_what_to_write(string protection, string method)
    {
        var error = Assert.Throws<InputException>(() => RealMachine.Protect("s.yaml", Load(protection), NoKeys));

        Assert.Equal($"protection '{method}' of 'a' cannot be had here: no keys; "
            + $"choose 'pte', or write 'protection: {{ method: {method}, fallback: pte }}'", error.Message);
    }

    [Fact]
    public void What_can_be_had_is_left_alone()
    {
        var loaded = Load("{ method: cr0-opt, fallback: pte }");

        Assert.Same(loaded, RealMachine.Protect("s.yaml", loaded, _ => null));
        var virtualClock = loaded with { Spec = loaded.Spec with { Clock = ClockKind.Virtual } };
        Assert.Same(virtualClock, RealMachine.Protect("s.yaml", virtualClock, NoKeys));
    }

    private static string? NoKeys(ProtectionMethod method) => method is ProtectionMethod.Cr0 or ProtectionMethod.Cr0Opt ? "no keys" : null;

    private LoadedScenario Load(string protection) => ScenarioFile.Load(_scratch.Write(
        $"duration: 1s\nclock: wall\nvms: [ {{ name: a, workload: {{ rw: "
        + $"write }}, storage: {{ size: 1MiB, protection: {protection} }} }} ]\n"));
}
