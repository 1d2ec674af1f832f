using CsCheck;
using Mbsa.Actors.Deciding;

namespace Mbsa.Actors.Tests.Deciding;

public sealed class WhereaboutsTests
{
    private readonly Whereabouts _vms = new(3);

    [Fact]
    public void A_vm_that_moves_runs_where_it_was_until_it_is_switched()
    {
        _vms.Start(1, host: 4);
        _vms.BeginMigration(1, to: 5);
        Assert.Equal(4, _vms[1].RunsOn);
        Assert.Equal([1], _vms.MigratingTo(5));
        _vms.Switch(1);
        Assert.Equal(5, _vms[1].RunsOn);
        Assert.Equal([null, 5, null], _vms.Hosts);
        Assert.Empty(_vms.MigratingTo(5));
    }

    [Fact]
    public void With_its_source_a_vm_that_moves_is_lost_and_comes_back_there()
    {
        _vms.Start(0, 4);
        _vms.BeginMigration(0, 5);
        var (lost, stay) = _vms.LoseHost(4);
        Assert.Equal([0], lost);
        Assert.Empty(stay);
        Assert.Null(_vms[0].RunsOn);
        Assert.Equal([0], _vms.LostWith(4));
        _vms.Return(0);
        Assert.Equal(4, _vms[0].RunsOn);
    }

    [Fact]
    public void Without_its_target_a_vm_that_moves_stays_where_it_is()
    {
        _vms.Start(0, 4);
        _vms.Start(1, 5);
        _vms.BeginMigration(0, 5);
        var (lost, stay) = _vms.LoseHost(5);
        Assert.Equal([1], lost);
        Assert.Equal([0], stay);
        Assert.Equal(VmPlace.On(4), _vms[0]);
    }

    [Fact]
    public void What_does_not_follow_from_where_a_vm_is_is_refused()
    {
        _vms.Start(0, 4);
        Refuses(() => _vms.Start(0, 5), "start on host 5");
        Refuses(() => _vms.BeginMigration(0, 4), "migrate to host 4");
        Refuses(() => _vms.Switch(0), "switched");
        Refuses(() => _vms.CancelMigration(0), "stay");
        Refuses(() => _vms.Return(0), "come back");
        _vms.BeginMigration(0, 5);
        Refuses(() => _vms.BeginMigration(0, 6), "migrate to host 6");
        Refuses(() => _vms.Start(0, 5), "start");
        _vms.LoseHost(4);
        Refuses(() => _vms.Start(0, 5), "start"); // its data is on host 4
        Refuses(() => _vms.Switch(0), "switched");
        _vms.Stop(0);
        _vms.Start(0, 5);
    }

    [Fact]
    public void A_host_that_runs_what_belongs_elsewhere_is_a_violation()
    {
        _vms.Start(0, 4);
        _vms.BeginMigration(0, 5);
        Assert.Empty(_vms.Check(4, [0]));
        Assert.Empty(_vms.Check(4, []));
        Assert.Equal([0], _vms.Check(5, [0]));
        Assert.Equal([2], _vms.Check(4, [0, 2]));
        Assert.Equal(2, _vms.Violations);
    }

    /// <summary>
    /// Beside the book a world in which every host does as it is told: whatever is asked, in whatever order, no VM ever runs twice in it.
    /// </summary>
    [Fact]
    public void Whatever_is_asked_of_it_no_vm_runs_on_two_hosts() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 3], Gen.Int[0, 2]).Array[0, 60].Sample(asked =>
        {
            const int Vms = 4;
            var (book, world) = (new Whereabouts(Vms), new HashSet<(int Vm, int Host)>());
            foreach (var (kind, vm, host) in asked)
            {
                var before = book[vm];
                try
                {
                    Ask(book, kind, vm, host);
                }
                catch (InvalidOperationException)
                {
                    Assert.Equal(before, book[vm]);
                    continue;
                }

                Play(world, kind, vm, host, before);
                for (var v = 0; v < Vms; v++)
                {
                    Assert.Equal(book[v].RunsOn, world.Where(there => there.Vm == v).Select(there => (int?)there.Host).SingleOrDefault());
                }

                foreach (var there in world.GroupBy(there => there.Host))
                {
                    Assert.Empty(book.Check(there.Key, there.Select(t => t.Vm)));
                }
            }

            Assert.Equal(0, book.Violations);
        }, iter: 2000);

    private static void Ask(Whereabouts book, int kind, int vm, int host)
    {
        switch (kind)
        {
            case 0: book.Start(vm, host); break;
            case 1: book.BeginMigration(vm, host); break;
            case 2: book.Switch(vm); break;
            case 3: book.CancelMigration(vm); break;
            case 4: book.LoseHost(host); break;
            case 5: book.Return(vm); break;
            default: book.Stop(vm); break;
        }
    }

    /// <summary>What hosts do when that was granted: they start and stop VMs, and never ask who else has them.</summary>
    private static void Play(HashSet<(int Vm, int Host)> world, int kind, int vm, int host, VmPlace before)
    {
        switch (kind)
        {
            case 0: world.Add((vm, host)); break;
            case 2: world.Remove((vm, before.Host)); world.Add((vm, before.To)); break;
            case 4: world.RemoveWhere(there => there.Host == host); break;
            case 5: world.Add((vm, before.Host)); break;
            case 6: world.Remove((vm, before.Host)); break;
        }
    }

    private static void Refuses(Action ask, string what) => Assert.Contains(what, Assert.Throws<InvalidOperationException>(ask).Message);
}
