using CsCheck;
using Mbsa.Actors.Deciding;
using Mbsa.Actors.Tests.Qos;
using Mbsa.Cores.Planning;
using Mbsa.Cores.Policies;
using Mbsa.Model.Scenario;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Paths;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Deciding;

public sealed class PlacementTests
{
    [Fact]
    public void Best_fit_takes_the_host_that_has_least_left_afterwards()
    {
        var placement = With(3, (0.3, 0), (0.6, 1), (0.2, null), (0.45, null));
        Assert.Equal(1, Choose(placement, 2)); // 20 % would be left, 50 % on the first host
        Assert.Equal(0, Choose(placement, 3)); // 25 % is left there; the second has 40 % in all
    }

    [Fact]
    public void Spread_takes_the_host_that_has_most()
    {
        var placement = new Placement(Scenario(3, (0.3, 0), (0.6, 1), (0.2, null)).Spread());
        placement.Put(0, 0);
        placement.Put(1, 1);
        Assert.Equal(2, Choose(placement, 2));
    }

    [Fact]
    public void The_resource_of_which_a_vm_takes_most_decides()
    {
        // h0 has more of the NVM taken, h1 more of the cores: each kind of VM goes where its own resource is tight.
        var hog = Lab.Hog("hog").Reserved(PromiseUnit.Share, 0.4);
        var placement = new Placement(DecidingLab.Cluster(2, DecidingLab.Reader("a", 0.5),
            hog, DecidingLab.Reader("b", 0.3), hog with { Name = "hog-2" }));
        placement.Put(0, 0);
        placement.Put(1, 1);
        Assert.Equal(0, Choose(placement, 2));
        Assert.Equal(1, Choose(placement, 3));
    }

    [Fact]
    public void Space_decides_for_a_vm_that_reserves_little_and_has_a_large_disk()
    {
        var placement = new Placement(DecidingLab.Cluster(
            2, DecidingLab.Reader("a", 0.01, sizeBytes: 100 << 20), DecidingLab.Reader("b", 0.2),
            DecidingLab.Reader("c", 0.02, sizeBytes: 100 << 20), DecidingLab.Reader("d", 0.3)));
        placement.Put(0, 0);
        placement.Put(1, 1);
        Assert.Equal(0, Choose(placement, 2));
        Assert.Equal(1, Choose(placement, 3));
    }

    [Fact]
    public void Vms_without_a_reservation_go_where_fewest_vcpus_are_for_each_core_and_then_where_most_nvm_is_free()
    {
        var scenario = DecidingLab.Cluster(3, Lab.Vm("a"), Lab.Vm("b", sizeBytes: 8 << 20),
            Lab.Vm("c", vcpus: 8, sizeBytes: 16 << 20), Lab.Vm("d"), Lab.Vm("e"), Lab.Vm("f"))
            .Host(2, host => host with { Machine = Lab.Machine(8) });
        var placement = new Placement(scenario);
        placement.Put(0, 0);
        placement.Put(1, 1);
        placement.Put(2, 2); // a VCPU for each core everywhere
        Assert.Equal(2, Choose(placement, 3)); // 1.5 for each core, 2 on the others; that it has the largest disk comes second
        placement.Put(3, 2);
        Assert.Equal(0, Choose(placement, 4)); // 2 everywhere, and the smallest disk
        placement.Put(4, 0);
        Assert.Equal(1, Choose(placement, 5));
    }

    [Fact]
    public void Of_equals_the_first()
    {
        var placement = With(3, (0.5, null), (0, null));
        Assert.Equal(0, Choose(placement, 0));
        Assert.Equal(0, Choose(placement, 1));
        Assert.Equal(1, placement.Choose(0, host => host > 0).Host);
    }

    [Theory]
    [InlineData(PlacementRule.BestFit)]
    [InlineData(PlacementRule.Spread)]
    public void Of_hosts_with_equal_room_the_one_with_fewest_vcpus_for_each_core(PlacementRule rule)
    {
        var placement = new Placement(DecidingLab.Cluster(2, Lab.Vm("a"), DecidingLab.Reader("b", 0.5))
            .With(cluster => cluster with { Placement = rule }));
        placement.Put(0, 0);
        Assert.Equal(1, Choose(placement, 1));
    }

    [Fact]
    public void A_refusal_names_the_host_that_comes_nearest_and_what_is_left_there()
    {
        var placement = With(3, (0.9, 0), (0.7, 1), (0.8, 2), (0.4, null));
        var why = placement.Choose(3, _ => true).WhyNot;
        Assert.Equal("no host has room for it; on h1, which comes nearest, "
            + "its reservation takes 40 % of the NVM, and 30 % is left beside what is reserved for others", why);
        Assert.Contains("only h2 takes a VM now, and its reservation takes 40 %", placement.Choose(3, host => host == 2).WhyNot);
        Assert.Contains("no host takes", placement.Choose(3, _ => false).WhyNot);
    }

    [Fact]
    public void A_vm_that_is_pinned_goes_there_or_nowhere()
    {
        var placement = new Placement(DecidingLab.Cluster(2, DecidingLab.Reader("a", 0.7),
            DecidingLab.Reader("b", 0.4).Pinned("h1"), DecidingLab.Reader("c", 0.3).Pinned("h1")));
        Assert.Equal(1, Choose(placement, 1));
        Assert.Equal("it is pinned to h1, which takes no VM now", placement.Choose(1, host => host == 0).WhyNot);
        placement.Put(0, 1);
        Assert.StartsWith("it is pinned to h1, and its reservation takes 40 %", placement.Choose(1, _ => true).WhyNot);
        Assert.Equal(1, Choose(placement, 2));
    }

    [Fact]
    public void What_may_run_as_best_effort_does_where_nothing_fits_and_then_reserves_nothing()
    {
        var lenient = DecidingLab.Reader("c", 0.5);
        var placement = new Placement(DecidingLab.Cluster(
            2, DecidingLab.Reader("a", 0.7), DecidingLab.Reader("b", 0.6),
            lenient with { Qos = lenient.Qos with { OrBestEffort = true } }, DecidingLab.Reader("d", 0.4)));
        placement.Put(0, 0);
        placement.Put(1, 1);
        var choice = placement.Choose(2, _ => true);
        Assert.NotNull(choice.Host);
        Assert.Contains("40 % is left", choice.WhyNot);
        Assert.Null(placement.WhyNot(2, 0));
        placement.Put(2, choice.Host!.Value);
        Assert.Equal(1, Choose(placement, 3));
        Assert.Equal(0.3, placement.RoomOf(0).Left.Nvm, 1e-12);
        Assert.Equal(0.4, placement.RoomOf(1).Left.Nvm, 1e-12);
    }

    [Fact]
    public void A_vm_that_moves_holds_room_on_both_hosts_until_it_has_left()
    {
        var placement = With(2, (0.6, 0), (0.6, null));
        placement.Put(0, 1);
        Assert.Null(placement.Choose(1, _ => true).Host);
        placement.Take(0, 0);
        Assert.Equal(0, Choose(placement, 1));
    }

    [Fact]
    public void Promises_that_change_change_the_room_that_is_left()
    {
        var placement = With(1, (0.6, 0), (0.5, null));
        Assert.NotNull(placement.WhyNot(1, 0));
        placement.Change(0, placement.QosOf(0) with { Reservation = new Promise(PromiseUnit.Share, 0.5) });
        Assert.Null(placement.WhyNot(1, 0));
    }

    [Fact]
    public void The_static_floor_of_a_tenant_counts_once_on_each_host_that_has_a_vm_of_it()
    {
        // 800,000 reads a second over twice four hosts: 100,000, a tenth of an NVM.
        var scenario = DecidingLab.Cluster(4, Lab.Vm("a"), Lab.Vm("b"), DecidingLab.Reader("c", 0.85), Lab.Vm("w", IoPattern.RandWrite))
            .Tenant(800_000, 0, 1, 3);
        var placement = new Placement(scenario);
        Assert.Equal(100_000, placement.Needs.Floor(0).Value);
        placement.Put(0, 0);
        Assert.Equal(0.9, placement.RoomOf(0).Left.Nvm, 1e-12);
        placement.Put(1, 0);
        Assert.Equal(0.9, placement.RoomOf(0).Left.Nvm, 1e-12);
        placement.Put(3, 0);
        Assert.Equal(0.7, placement.RoomOf(0).Left.Nvm, 1e-12); // now they may all be writes
        Assert.Equal(1, placement.RoomOf(0).LeftForTenants.Nvm);
        Assert.NotNull(placement.WhyNot(2, 0));
        placement.Put(2, 1);
        Assert.Contains("its tenant's static floor takes 30 % of the NVM", placement.WhyNot(3, 1));
        Assert.Null(placement.WhyNot(0, 1));
    }

    [Fact]
    public void A_tenant_whose_vms_are_pinned_has_floors_on_those_hosts_only() =>
        Assert.Equal(50_000, new Placement(DecidingLab.Cluster(8, Lab.Vm("a").Pinned("h1"), Lab.Vm("b")
            .Pinned("h1"), Lab.Vm("c").Pinned("h5")).Tenant(200_000, 0, 1, 2)).Needs.Floor(0).Value);

    [Fact]
    public void Vms_that_start_together_are_placed_pinned_first_and_then_the_largest_first()
    {
        var scenario = DecidingLab.Cluster(2, Lab.Vm("a"), DecidingLab.Reader("b", 0.2), DecidingLab.Reader("c", 0.5),
            Lab.Vm("d", sizeBytes: 100 << 20), DecidingLab.Reader("e", 0.1).Pinned("h1"), Lab.Vm("f"));
        Assert.Equal([4, 2, 3, 1, 0, 5], new Placement(scenario).Order([0, 1, 2, 3, 4, 5]).ToArray());
    }

    [Fact]
    public void Largest_first_finds_room_that_the_order_of_the_scenario_would_not()
    {
        double[] shares = [0.3, 0.3, 0.7, 0.7];
        var placement = With(2, [.. shares.Select(share => (share, (int?)null))]);
        foreach (var vm in placement.Order([0, 1, 2, 3]))
        {
            placement.Put(vm, Choose(placement, vm));
        }

        Assert.Equal(0, placement.RoomOf(0).Left.Nvm, 1e-12);
        Assert.Equal(0, placement.RoomOf(1).Left.Nvm, 1e-12);
    }

    [Fact]
    public void Vms_of_a_drained_host_go_to_others_and_who_finds_no_room_is_told_why()
    {
        var scenario = DecidingLab.Cluster(3, DecidingLab.Reader("a", 0.3), DecidingLab.Reader("b", 0.5),
            DecidingLab.Reader("c", 0.2).Pinned("h0"), DecidingLab.Reader("d", 0.6), DecidingLab.Reader("e", 0.9));
        var placement = new Placement(scenario);
        foreach (var (vm, host) in new[] { (0, 0), (1, 0), (2, 0), (3, 1), (4, 2) })
        {
            placement.Put(vm, host);
        }

        var choices = placement.Drain(0, [0, 1, 2], _ => true);
        Assert.Equal([2, 1, 0], choices.Select(choice => choice.Vm));
        Assert.Equal([null, null, 1], choices.Select(choice => choice.Choice.Host));
        Assert.Contains("pinned to h0", choices[0].Choice.WhyNot);
        Assert.Contains("40 % is left", choices[1].Choice.WhyNot);
        Assert.Equal(0.1, placement.RoomOf(1).Left.Nvm, 1e-12);
        Assert.Equal(0, placement.RoomOf(0).Left.Nvm, 1e-12);
    }

    [Fact]
    public void A_host_whose_machine_does_not_have_the_path_is_not_chosen()
    {
        var scenario = DecidingLab.Cluster(2, Lab.ConventionalVm("a", IoPath.VirtioMq))
            .Host(0, host => host with { Machine = QosLab.Machine(4, 2000, 2000) });
        var placement = new Placement(scenario);
        Assert.Equal(1, Choose(placement, 0));
        Assert.Contains("does not have the VM's path", placement.Choose(0, host => host == 0).WhyNot);
    }

    [Fact]
    public void A_thousand_vms_on_64_hosts_are_placed_at_once()
    {
        var placement =
            new Placement(DecidingLab.Cluster(64, [.. Enumerable.Range(0, 1024).Select(i => DecidingLab.Reader($"vm-{i}", 0.06))]));
        foreach (var vm in placement.Order(Enumerable.Range(0, 1024)))
        {
            placement.Put(vm, Choose(placement, vm));
        }

        Assert.All(Enumerable.Range(0, 64), host => Assert.Equal(0.04, placement.RoomOf(host).Left.Nvm, 1e-9));
    }

    /// <summary>What is placed is admitted by the host's own book, and what is refused no host would have admitted.</summary>
    [Fact]
    public void Random_vms_are_placed_exactly_where_hosts_admit_them() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[1, 60], Gen.Int[1, 100], Gen.Int[1, 4]).Array[1, 16].Sample(draws =>
        {
            var scenario = DecidingLab.Cluster(3, [.. draws.Select((d, i) => (d.Item1 switch
            {
                0 => QosLab.Mixed($"vm-{i}", 50, d.Item4),
                1 => Lab.Hog($"vm-{i}", d.Item4),
                _ => Lab.Vm($"vm-{i}", vcpus: d.Item4, sizeBytes: (long)d.Item3 << 20),
            }).Reserved(PromiseUnit.Share, d.Item2 / 100.0))]);
            var placement = new Placement(scenario);
            var queue = new RoundRobinPolicy().CreateQueue(placement.Needs.Capacity(0), 25_000, ServiceOrder.Share);
            VmBook[] books = [.. Enumerable.Range(0, 3).Select(host => new VmBook(placement.Needs.Capacity(host)))];
            foreach (var vm in placement.Order(Enumerable.Range(0, draws.Length)))
            {
                var tenant = new AdmittedVm(vm, draws[vm].Item4, scenario.Vms[vm].Qos, placement.Needs.Use(vm, 0)!);
                if (placement.Choose(vm, _ => true).Host is { } host)
                {
                    placement.Put(vm, host);
                    Assert.Null(books[host].Admit(tenant, queue, 0));
                }
                else
                {
                    foreach (var h in Enumerable.Range(0, 3).Where(h => books[h].Admit(tenant, queue, 0) is null))
                    {
                        books[h].Remove(vm, queue, 0);
                        Assert.Contains("child device", placement.WhyNot(vm, h));
                    }
                }
            }
        }, iter: 300, threads: 1);

    [Fact]
    public void A_child_device_that_leaves_no_room_for_its_page_table_does_not_fit()
    {
        var data = DeviceGeometry.Plan(256L << 20, null).DataBlocks;
        var pages = (data + 511) / 512 + 1;
        var raw = Lab.Vm("a") with { Storage = new StorageSpec(IoPath.Host, (data - pages + 1) * 4096) };
        Assert.Contains("child device takes", new Placement(DecidingLab.Cluster(1, raw)).WhyNot(0, 0));
        Assert.Null(new Placement(DecidingLab.Cluster(1, raw with { Storage = raw.Storage with { SizeBytes = (data - pages) * 4096 } }))
            .WhyNot(0, 0));
    }

    /// <summary>Where there is room by the account a real device has it too; and the account wastes less than a hundredth.</summary>
    [Fact]
    public void Child_devices_that_fit_by_the_account_fit_a_real_device() =>
        Gen.Int[1, 10_000].Array[1, 20].Sample(blocks =>
        {
            const long DeviceBytes = 64L << 20;
            var scenario = DecidingLab.Cluster(1, [.. blocks.Select((count, i) => Lab.Vm($"vm-{i}", sizeBytes: count * 4096L))])
                .Host(0, host => host with { NvmSizeBytes = DeviceBytes });
            var (placement, ledger) = (new Placement(scenario), new MemoryLedger());
            using (var device = NvmDevice.Create(new NvmDeviceOptions
            { SizeBytes = DeviceBytes, DeviceId = new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]) }, ledger))
            {
                for (var vm = 0; vm < blocks.Length; vm++)
                {
                    if (placement.WhyNot(vm, 0) is null)
                    {
                        placement.Put(vm, 0);
                        device.CreateChild($"vm-{vm}", scenario.Vms[vm].Storage!.ChildBytes);
                    }
                    else
                    {
                        Assert.True(scenario.Vms[vm].Storage!.ChildBytes > device.FreeBytes - DeviceBytes / 100,
                            $"{device.FreeBytes} were free");
                    }
                }
            }

            Assert.True(ledger.IsEmpty, ledger.Describe());
        }, iter: 100, threads: 1);

    private static ScenarioSpec Scenario(int hosts, params (double Share, int? On)[] vms) => DecidingLab.Cluster(
        hosts, [.. vms.Select((vm, i) => vm.Share > 0 ? DecidingLab.Reader($"vm-{i}", vm.Share) : Lab.Vm($"vm-{i}"))]);

    /// <summary>Readers with so much of the NVM reserved, some of them on hosts already.</summary>
    private static Placement With(int hosts, params (double Share, int? On)[] vms)
    {
        var placement = new Placement(Scenario(hosts, vms));
        for (var vm = 0; vm < vms.Length; vm++)
        {
            if (vms[vm].On is { } host)
            {
                placement.Put(vm, host);
            }
        }

        return placement;
    }

    private static int Choose(Placement placement, int vm)
    {
        var choice = placement.Choose(vm, _ => true);
        Assert.Null(choice.WhyNot);
        return choice.Host!.Value;
    }
}
