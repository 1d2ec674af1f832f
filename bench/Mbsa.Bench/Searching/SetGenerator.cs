namespace Mbsa.Bench.Searching;

/// <summary>Draws sets: hosts, devices, VMs, sizes, mixes, pauses, computing, floors, ceilings, joins and leaves. The same seed, the same set.</summary>
internal static class SetGenerator
{
    /// <summary>Draws the set of a seed.</summary>
    public static DrawnSet Draw(int seed)
    {
        var random = new Random(seed);
        var cores = Pick(random, [1, 2, 4, 4, 4, 6, 8, 16]);
        var operationNs = Log(random, 200, 4000);
        var device = Log(random, 0.5e9, 40e9);
        var set = new DrawnSet
        {
            Cores = cores,
            OperationNs = Math.Round(operationNs),
            NsPerByte = random.Next(2) == 0 ? 0 : Math.Round(Log(random, 0.02, 0.4), 3),
            BusBytesPerSecond = Math.Round(Log(random, 10e9, 1000e9)),
            ReadBytesPerSecond = Math.Round(device),
            WriteBytesPerSecond = Math.Round(device / Log(random, 1, 6)),
            QuantumNs = random.Next(4) == 0 ? (long)Log(random, 5_000, 200_000) : 25_000,
            Vms = [],
        };
        var vms = Enumerable.Range(0, random.Next(1, 8)).Select(i => DrawVm(random, $"v{i}")).ToList();
        return Promise(random, set with { Vms = vms });
    }

    private static DrawnVm DrawVm(Random random, string name)
    {
        var weight = random.Next(2) == 0 ? 1 : Math.Round(Log(random, 0.5, 4), 2);
        var jobs = random.Next(8) switch
        {
            0 => [new DrawnJob(random.Next(1, 9), 0)],
            1 => [DrawIo(random), new DrawnJob(random.Next(1, 5), 0)],
            2 => [DrawIo(random), DrawIo(random)],
            3 => [DrawPause(random, DrawIo(random))],
            _ => new List<DrawnJob> { DrawIo(random) },
        };
        return new DrawnVm { Name = name, Jobs = jobs, Weight = weight };
    }

    private static DrawnJob DrawIo(Random random)
    {
        var blockBytes = random.Next(2) == 0 ? 4096 : 512 << random.Next(int.Parse(Environment.GetEnvironmentVariable("BS") ?? "16"));
        var readPercent = random.Next(3) switch { 0 => 0, 1 => 100, _ => random.Next(5, 96) };
        return new DrawnJob(random.Next(1, 7), blockBytes, readPercent);
    }

    private static DrawnJob DrawPause(Random random, DrawnJob job) =>
        job with { ThinkNs = 1000 * (long)Log(random, 1, 500), ThinkBlocks = (int)Log(random, 1, 1000) };

    /// <summary>Gives some VMs floors that fit together, and some ceilings, around what they would have without.</summary>
    private static DrawnSet Promise(Random random, DrawnSet set)
    {
        var reserved = 0.9 * random.NextDouble();
        var vms = set.Vms.ToList();
        var claims = vms.Select(vm => SetClaims.Declared(set, vm)).ToList();
        var due = Optimum.Shares(claims);
        for (var i = 0; i < vms.Count; i++)
        {
            if (random.Next(3) == 0 && vms[i].IsOfOneKind)
            {
                var floor = Math.Min(0.7 * claims[i].Cap, due[i] * (0.4 + 1.6 * random.NextDouble()) * reserved);
                vms[i] = vms[i] with { Floor = Math.Round(Math.Min(floor, 0.9), 3) };
            }

            if (random.Next(8) == 0)
            {
                vms[i] = vms[i] with { Limit = Math.Round(Math.Max(Math.Min(1, due[i] * (0.3 + 1.2 * random.NextDouble())), vms[i].Floor + 0.001), 3) };
            }
        }

        set = set with { Vms = vms };
        while (!Fits(set))
        {
            set = set with { Vms = [.. set.Vms.Select(vm => vm with { Floor = Math.Round(vm.Floor * 0.8, 3) })] };
        }

        return set;
    }

    private static bool Fits(DrawnSet set)
    {
        var claims = set.Vms.Select(vm => SetClaims.Declared(set, vm)).ToList();
        return Enumerable.Range(0, 3).All(resource => claims.Sum(claim => claim.Floor * claim.Worst[resource]) <= 0.95);
    }

    private static double Log(Random random, double low, double high) => low * Math.Exp(random.NextDouble() * Math.Log(high / low));

    private static int Pick(Random random, int[] values) => values[random.Next(values.Length)];
}
