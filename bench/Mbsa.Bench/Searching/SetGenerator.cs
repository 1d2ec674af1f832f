using Mbsa.Host.Files.Profiles;

namespace Mbsa.Bench.Searching;

/// <summary>
/// Draws sets: hosts, devices, VMs, sizes from 512 B to 16 MiB, mixes, pauses, bursts, computing, floors, ceilings, joins and leaves. The
/// same seed, the same set.
/// </summary>
internal static class SetGenerator
{
    /// <summary>Of what is within a VM's reach, the most that it is promised.</summary>
    private const double MostOfReach = 0.7;

    private const int SectorBytes = 512;
    private const int LargestBlockSectors = (16 << 20) / SectorBytes;

    /// <summary>Draws the set of a seed.</summary>
    public static DrawnSet Draw(int seed)
    {
        var random = new Random(seed);
        var set = new DrawnSet
        {
            Host = random.Next(4) == 0 ? DrawShipped(random) : DrawFree(random),
            QuantumNs = random.Next(4) == 0 ? (long)Log(random, 5_000, 200_000) : 25_000,
            Vms = [],
        };
        set = set with { Vms = [.. Enumerable.Range(0, random.Next(1, 8)).Select(i => DrawVm(random, $"v{i}"))] };
        return Promise(random, random.Next(5) == 0 ? WithChanges(random, set) : set);
    }

    /// <summary>
    /// Whether the floors of a set can be kept as those that are drawn: they fit together, and each is well within its VM's reach.
    /// </summary>
    public static bool IsKeepable(DrawnSet set) =>
        Fits(set) && set.Vms.Where(vm => vm.Floor > 0).All(vm => vm.Floor <= MostOfReach * Reach(set, vm) + 0.0005);

    private static FreeHost DrawFree(Random random)
    {
        var device = Log(random, 0.5e9, 40e9);
        return new FreeHost
        {
            Cores = Pick(random, [1, 2, 4, 4, 4, 6, 8, 16]),
            OperationNs = Math.Round(Log(random, 200, 4000)),
            NsPerByte = random.Next(2) == 0 ? 0 : Math.Round(Log(random, 0.02, 0.4), 3),
            BusBytesPerSecond = Math.Round(Log(random, 10e9, 1000e9)),
            ReadBytesPerSecond = Math.Round(device),
            WriteBytesPerSecond = Math.Round(device / Log(random, 1, 6)),
        };
    }

    private static ShippedHost DrawShipped(Random random) =>
        new(Pick(random, ProfileCatalog.MachineNames), Pick(random, ProfileCatalog.DeviceNames));

    private static DrawnVm DrawVm(Random random, string name)
    {
        var weight = random.Next(2) == 0 ? 1 : Math.Round(Log(random, 0.5, 4), 2);
        IReadOnlyList<DrawnJob> jobs = random.Next(8) switch
        {
            0 => [new DrawnJob(random.Next(1, 9), 0)],
            1 => [DrawIo(random), new DrawnJob(random.Next(1, 5), 0)],
            2 => [DrawIo(random), DrawIo(random)],
            3 => [DrawPause(random, DrawIo(random))],
            _ => [DrawIo(random)],
        };
        return new DrawnVm { Name = name, Jobs = jobs, Weight = weight };
    }

    private static DrawnJob DrawIo(Random random)
    {
        var blockBytes = random.Next(4) switch
        {
            0 or 1 => 4096,
            2 => SectorBytes << random.Next(16),
            _ => SectorBytes * (int)Log(random, 1, LargestBlockSectors + 1),
        };
        var readPercent = random.Next(3) switch { 0 => 0, 1 => 100, _ => random.Next(5, 96) };
        return new DrawnJob(random.Next(1, 7), blockBytes, readPercent);
    }

    private static DrawnJob DrawPause(Random random, DrawnJob job) =>
        job with { ThinkNs = 1000 * (long)Log(random, 1, 500), ThinkBlocks = (int)Log(random, 1, 1000) };

    /// <summary>Lets a third of the VMs come, go, or both, far enough apart for what is between two changes to be measured.</summary>
    private static DrawnSet WithChanges(Random random, DrawnSet set)
    {
        DrawnVm Change(DrawnVm vm)
        {
            var (comes, goes, how) = (DrawnSet.WindowMs * random.Next(6, 11), DrawnSet.WindowMs * random.Next(17, 21), random.Next(9));
            return vm with { ComesAtMs = how is 0 or 1 ? comes : null, GoesAtMs = how is 1 or 2 ? goes : null };
        }

        return set with { DurationMs = 280, Vms = [.. set.Vms.Select(Change)] };
    }

    /// <summary>Gives some VMs floors that fit together, and some ceilings, around what they would have without.</summary>
    private static DrawnSet Promise(Random random, DrawnSet set)
    {
        var reserved = 0.9 * random.NextDouble();
        var due = Optimum.Shares([.. set.Vms.Select(vm => SetClaims.Declared(set, vm))]);
        set = set with { Vms = [.. set.Vms.Select((vm, i) => Promise(random, set, vm, due[i], reserved))] };
        while (!Fits(set))
        {
            set = set with { Vms = [.. set.Vms.Select(vm => vm with { Floor = Math.Round(vm.Floor * 0.8, 3) })] };
        }

        return set;
    }

    private static DrawnVm Promise(Random random, DrawnSet set, DrawnVm vm, double due, double reserved)
    {
        if (random.Next(3) == 0 && vm.IsOfOneKind)
        {
            vm = vm with
            { Floor = Math.Round(Math.Min(MostOfReach * Reach(set, vm), due * (0.4 + 1.6 * random.NextDouble()) * reserved), 3) };
        }

        if (random.Next(8) == 0)
        {
            vm = vm with { Limit = Math.Round(Math.Max(Math.Min(1, due * (0.3 + 1.2 * random.NextDouble())), vm.Floor + 0.001), 3) };
        }

        return vm;
    }

    /// <summary>The most a VM can have of the host: of one that pauses, what it has alone.</summary>
    private static double Reach(DrawnSet set, DrawnVm vm)
    {
        var reach = SetClaims.Declared(set, vm).Reach;
        return vm.LongestPauseNs > 0 ? Math.Min(reach, SetRun.Alone(set, vm)) : reach;
    }

    /// <summary>Whether all floors are admitted, with something to spare: by the host, and by the VCPUs that are to use them.</summary>
    private static bool Fits(DrawnSet set)
    {
        var taken = set.Vms.Select(vm => SetClaims.Worst(set, vm).Select(most => most * vm.Floor).ToArray()).ToList();
        return Enumerable.Range(0, 3).All(resource => taken.Sum(of => of[resource]) <= 0.95)
            && set.Vms.Zip(taken).All(vm => vm.Second[0] * set.Host.Machine.Cores <= 0.95 * vm.First.Vcpus);
    }

    private static double Log(Random random, double low, double high) => low * Math.Exp(random.NextDouble() * Math.Log(high / low));

    private static T Pick<T>(Random random, IReadOnlyList<T> values) => values[random.Next(values.Count)];
}
