using Mbsa.Bench.Searching;

namespace Mbsa.Actors.Tests.Searching;

public sealed class LieTests
{
    private static readonly FreeHost _host = new()
    {
        Cores = 4,
        OperationNs = 2000,
        NsPerByte = 0,
        BusBytesPerSecond = 1e12,
        ReadBytesPerSecond = 4096e6,
        WriteBytesPerSecond = 4096e6 / 3,
    };
    private static readonly DrawnSet _set = new()
    {
        Host = _host,
        Vms = [new DrawnVm { Name = "honest", Jobs = [new DrawnJob(4, 4096)] },
            new DrawnVm { Name = "liar", Jobs = [new DrawnJob(4, 4096)] }],
    };

    /// <summary>By turns of 25 us the liar's VCPUs take more of the NVM, the more of them there are.</summary>
    [Fact]
    public void More_vcpus_take_from_a_neighbour_what_it_is_due_only_without_a_policy()
    {
        var lie = new Lie("liar", LieKind.MoreVcpus, 4, 0, 0);

        Assert.InRange(Kept(lie, "none"), 0.6, 0.7);
        Assert.InRange(Kept(lie, "plan"), 0.99, 1.01);
    }

    [Fact]
    public void What_others_had_left_may_be_wanted_by_them_after_all()
    {
        DrawnSet idle = _set with { Vms = [_set.Vms[0], _set.Vms[1] with { Jobs = [new DrawnJob(1, 4096, 0, 50_000, 1)] }] };

        Assert.InRange(Kept(idle, new Lie("liar", LieKind.MoreVcpus, 4, 0, 0), "plan"), 0.99, double.PositiveInfinity);
    }

    [Fact]
    public void A_lie_is_of_a_vm_without_a_floor_that_is_there()
    {
        var lie = new Lie("liar", LieKind.Computing, 3, 0, 0);

        Assert.Equal(7, lie.In(_set)!.Vms[1].Vcpus);
        Assert.Null(lie.In(_set with { Vms = [_set.Vms[0]] }));
        Assert.Null(lie.In(_set with { Vms = [_set.Vms[0], _set.Vms[1] with { Floor = 0.1 }] }));
        Assert.Null(Lie.Draw(_set with { Vms = [_set.Vms[0]] }, 1));
        Assert.Equal(Lie.Draw(_set, 7), Lie.Draw(_set, 7));
    }

    private static double Kept(Lie lie, string policy) => Kept(_set, lie, policy);

    private static double Kept(DrawnSet set, Lie lie, string policy)
    {
        var part = lie.Judge(set, SetRun.Play(set, policy), SetRun.Play(lie.In(set)!, policy))!;
        Assert.Equal("honest", part.Vm);
        return part.Kept;
    }
}
