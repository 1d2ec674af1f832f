using Mbsa.Actors.Deciding;
using Mbsa.Actors.Tests.Qos;
using Mbsa.Model.Scenario;
using Mbsa.Vm.Workload;

namespace Mbsa.Actors.Tests.Deciding;

/// <summary>Hosts whose NVM does a million reads a second; a reader with four VCPUs could do all of them.</summary>
public sealed class LeaseBookTests
{
    private const double Little = 1e-9;

    private static readonly Func<int, (double, bool)> _allWant = _ => (100_000, true);

    [Fact]
    public void Vms_that_are_pinned_and_moved_by_events_are_counted_where_they_may_go()
    {
        var scenario = DecidingLab.Cluster(3, [.. Enumerable.Range(0, 3).Select(vm => Lab.Vm($"vm-{vm}").Pinned("h0"))])
            .Tenant(600_000, 0, 1, 2)
            .At(Lab.Millisecond, "vm-1", new VmChange.Migrate("h1")).At(Lab.Millisecond, "vm-2", new VmChange.Migrate("h2"));
        var rig = new LeaseRig(scenario).Start(0, 0).Start(1, 1).Start(2, 2);
        rig.Decide();
        Array.Fill(rig.Contacts, HostContact.CutOff);
        for (var epoch = 0; epoch < 3; epoch++)
        {
            rig.Epoch(_ => (200_000, true));
        }

        Assert.InRange(Enumerable.Range(0, 3).Sum(host => rig.Leases.InForce(0, host, rig.NowNs)), 1, 600_000);
    }

    [Fact]
    public void Before_anything_was_measured_vms_count_by_what_they_can_do()
    {
        // Two readers against one on the other host, and one of a single VCPU, which can do half as much as the NVM.
        var rig = Rig(3, 400_000, Reader("a"), Reader("b"), Reader("c"), Reader("d", vcpus: 1))
            .Start(0, 0).Start(1, 0).Start(2, 1).Start(3, 2);
        rig.Decide();
        Is([2 / 3.5 * 400_000, 1 / 3.5 * 400_000, 0.5 / 3.5 * 400_000], rig.Given.Values);
        Is([1 / 3.5 * 400_000, 1 / 3.5 * 400_000, 1 / 3.5 * 400_000, 0.5 / 3.5 * 400_000], rig.Reserved);
    }

    [Fact]
    public void Leases_are_in_proportion_to_demand_and_last_two_epochs()
    {
        var rig = Rig(2, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        var decision = rig.Epoch(vm => (vm == 0 ? 30_000 : 90_000, false));
        Is([100_000, 300_000], rig.Given.Values);
        Assert.All(decision.Leases, lease => Assert.Equal(rig.NowNs + 2 * DecidingLab.Epoch, lease.ExpiresNs));
        Is([100_000], [rig.Leases.InForce(0, 1, rig.NowNs + 2 * DecidingLab.Epoch)]); // the static floor
        Is([300_000], [rig.Leases.InForce(0, 1, rig.NowNs + 2 * DecidingLab.Epoch - 1)]);
    }

    [Fact]
    public void Who_was_never_done_counts_by_what_it_can_do_and_who_was_by_a_little_more_than_it_did()
    {
        var rig = Rig(2, 210_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Epoch(vm => (100_000, vm == 0));
        Is([1_000_000 / 1.11e6 * 210_000, 0.11e6 / 1.11e6 * 210_000], rig.Given.Values);
    }

    [Fact]
    public void A_change_of_demand_is_followed_within_two_epochs()
    {
        var rig = Rig(2, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Epoch(_ => (100_000, false));
        rig.Epoch(_ => (100_000, false), DecidingLab.Epoch / 3); // an event: too short to measure anything
        rig.Epoch(vm => (vm == 0 ? 20_000 : 60_000, false));
        rig.Epoch(vm => (vm == 0 ? 20_000 : 60_000, false));
        Is([100_000, 300_000], rig.Given.Values);
    }

    [Fact]
    public void The_demand_of_a_vm_that_moves_goes_with_it()
    {
        var rig = Rig(3, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Epoch(vm => (vm == 0 ? 20_000 : 60_000, false));
        rig.Migrate(1, to: 2);
        rig.Decide();
        Is([100_000, 300_000], rig.Given.Values);
        Assert.Equal([0, 2], rig.Given.Keys);
        rig.Epoch(vm => (vm == 0 ? 20_000 : 60_000, false)); // begins to count anew there, and its first epoch there says something
        Is([100_000, 300_000], rig.Given.Values);
        rig.Epoch(_ => (60_000, false));
        Is([200_000, 200_000], rig.Given.Values);
    }

    [Fact]
    public void When_nobody_wants_anything_each_has_a_part_for_when_it_does()
    {
        var rig = Rig(2, 300_000, Reader("a"), Reader("b"), Reader("c")).Start(0, 0).Start(1, 1).Start(2, 1);
        rig.Decide();
        rig.Epoch(_ => (0, false));
        Is([100_000, 200_000], rig.Given.Values);
    }

    [Fact]
    public void A_host_that_is_cut_off_keeps_its_lease_to_its_end_and_then_has_its_floor()
    {
        // Floors of 400,000 over twice four hosts.
        var rig = Rig(4, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Epoch(_allWant);
        rig.Contacts[1] = HostContact.CutOff;
        rig.Epoch(_allWant);
        Is([200_000, 200_000], rig.Reserved); // what it keeps is not given to the other
        Assert.Equal([0], rig.Given.Keys);
        rig.Epoch(_allWant);
        Is([350_000, 50_000], rig.Reserved);
        rig.Epoch(_allWant);
        Is([350_000, 50_000], rig.Reserved);
        rig.Contacts[1] = HostContact.Heard;
        rig.Decide();
        Is([200_000, 200_000], rig.Reserved);
    }

    [Fact]
    public void The_floor_of_a_host_that_is_cut_off_with_less_is_set_aside_at_once()
    {
        var rig = Rig(2, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Epoch(vm => (vm == 0 ? 100_000 : 0, false));
        Is([400_000, 0], rig.Given.Values);
        rig.Contacts[1] = HostContact.CutOff;
        rig.Decide();
        Is([300_000, 0], rig.Reserved);
        rig.Epoch(_allWant);
        rig.Epoch(_allWant);
        Is([300_000, 100_000], rig.Reserved);
    }

    [Fact]
    public void A_host_that_is_lost_counts_until_its_lease_expires_and_has_no_floor()
    {
        var rig = Rig(2, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Lose(1);
        rig.Decide();
        Is([200_000], rig.Given.Values);
        rig.Epoch(_allWant);
        rig.Epoch(_allWant);
        Is([400_000], rig.Given.Values);
    }

    [Fact]
    public void What_a_host_has_no_room_for_goes_to_others()
    {
        var rig = Rig(2, 600_000, Reader("a"), Reader("b"), Reader("big").Reserved(PromiseUnit.Share, 0.8))
            .Start(0, 0).Start(1, 1).Start(2, 0);
        rig.Decide();
        Is([200_000, 400_000], rig.Given.Values);
    }

    [Fact]
    public void Tenants_that_want_more_of_a_host_than_it_has_room_for_get_the_same_part_of_it()
    {
        // Both want all of their promise on h0, which has half its NVM left: 5/12 of it each. The first has another host.
        var scenario = DecidingLab.Cluster(2, Reader("a"), Reader("b"), Reader("c"), Reader("big").Reserved(PromiseUnit.Share, 0.5))
            .Tenant(800_000, 0, 2).Tenant(400_000, 1);
        var rig = new LeaseRig(scenario).Start(0, 0).Start(1, 0).Start(2, 1).Start(3, 0);
        rig.Decide();
        Is([250_000, 550_000], rig.Given.Values);
        Is([250_000], [rig.Leases.InForce(1, 0, 0)]);
    }

    [Fact]
    public void No_vm_is_promised_more_than_its_vcpus_or_its_limit_let_it_have()
    {
        // A VCPU does 500,000 reads of 2 us; a limit of 10 % of the host is 100,000.
        var rig = Rig(2, 900_000, Reader("a", vcpus: 1), Reader("b").Limited(PromiseUnit.Share, 0.1), Reader("c"))
            .Start(0, 0).Start(1, 1).Start(2, 1);
        rig.Decide();
        Is([900_000], [rig.Reserved.Sum()]);
        rig.Epoch(vm => vm == 2 ? (0, false) : (100_000, true));
        Is([500_000, 100_000, 0], rig.Reserved);
    }

    [Fact]
    public void The_worst_a_vm_may_do_counts_for_room()
    {
        // A third of a million writes fills the NVM; a mix may be all writes.
        var rig = Rig(2, 500_000, QosLab.Mixed("a", 50), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Epoch(vm => (vm == 0 ? 90_000 : 10_000, false));
        Is([1e6 / 3, 500_000 - 1e6 / 3], rig.Given.Values);
    }

    [Fact]
    public void A_vm_with_a_reservation_that_starts_gets_what_was_on_lease()
    {
        var rig = Rig(2, 900_000, Reader("a"), Reader("b"), Reader("big").Reserved(PromiseUnit.Share, 0.7)).Start(0, 0);
        rig.Decide();
        Is([900_000], rig.Given.Values);
        rig.Start(2, 0).Decide();
        Is([300_000], rig.Given.Values);
    }

    [Fact]
    public void A_promise_in_bytes_counts_bytes()
    {
        var scenario = DecidingLab.Cluster(2, Reader("a"), Reader("b"));
        scenario = scenario.With(cluster => cluster with { Tenants = [new("t", [0, 1], new Promise(PromiseUnit.BytesPerSecond, 400e6))] });
        var rig = new LeaseRig(scenario).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Epoch(vm => (vm == 0 ? 30_000 : 90_000, false));
        Is([100e6, 300e6], rig.Given.Values);
    }

    [Fact]
    public void An_epoch_counts_when_the_promise_was_wanted_and_is_missed_with_less_than_99_percent_of_it()
    {
        var rig = Rig(2, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Epoch(_ => (10_000, true));
        rig.Leases.BeginMeasuring();
        rig.Epoch(vm => (vm == 0 ? 198_500 : 198_000, true)); // 396,500
        rig.Epoch(vm => (vm == 0 ? 198_500 : 197_000, true)); // 395,500: missed
        rig.Epoch(vm => (vm == 0 ? 10_000 : 20_000, true)); // missed
        rig.Epoch(_ => (10_000, false)); // not wanted
        rig.Epoch(_ => (300_000, false)); // had more than was promised
        var result = rig.Leases.Results.Single();
        Assert.Equal((4, 2), (result.Epochs, result.Misses));
        Assert.Equal(("t0", 400_000), (result.Name, result.Promised));
        Assert.InRange(result.MaxLeased, 400_000 * (1 - Little), 400_000);
    }

    [Fact]
    public void On_a_host_that_is_full_those_that_shrink_come_before_those_that_grow()
    {
        // 600,000 on h0. The second tenant has no other host; the first wants to be there more and more.
        // The rig fails where a host could not admit what it is told.
        var scenario = DecidingLab.Cluster(2, Reader("a"), Reader("b"), Reader("c"), Reader("big").Reserved(PromiseUnit.Share, 0.4))
            .Tenant(500_000, 0, 2).Tenant(500_000, 1);
        var rig = new LeaseRig(scenario).Start(0, 0).Start(1, 0).Start(2, 1).Start(3, 0);
        rig.Decide();
        rig.Epoch(vm => (vm == 0 ? 10_000 : 90_000, false));
        Is([50_000, 500_000, 450_000, 0], rig.Reserved);
        var decision = rig.Epoch(vm => (vm == 2 ? 10_000 : 90_000, false));
        Is([600_000 * 45 / 95.0, 600_000 * 50 / 95.0, 500_000 - 600_000 * 45 / 95.0, 0], rig.Reserved);
        Assert.Equal([1, 0, 2], decision.Reservations.Select(reservation => reservation.Vm));
    }

    [Fact]
    public void A_vm_that_was_promised_something_else_is_told_its_reservation_again()
    {
        var rig = Rig(2, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        rig.Decide();
        rig.Placement.Change(1, rig.Placement.QosOf(1) with { Weight = 3 });
        var reservation = Assert.Single(rig.Decide().Reservations);
        Assert.Equal((1, rig.Reserved[1]), (reservation.Vm, reservation.Reservation.Value));
    }

    [Fact]
    public void Where_nothing_changes_nobody_is_told_anything()
    {
        var rig = Rig(2, 400_000, Reader("a"), Reader("b")).Start(0, 0).Start(1, 1);
        Assert.Equal(2, rig.Decide().Reservations.Length);
        Assert.Empty(rig.Decide().Reservations);
        Assert.Equal(2, rig.Decide().Leases.Length);
    }

    internal static VmSpec Reader(string name, int vcpus = 4) => Lab.Vm(name, IoPattern.RandRead, vcpus);

    internal static void Is(IEnumerable<double> expected, IEnumerable<double> actual) =>
        Assert.Equal(expected, actual, (a, b) => Math.Abs(a - b) <= Little * Math.Max(a, b));

    /// <summary>A tenant of all VMs without a reservation.</summary>
    private static LeaseRig Rig(int hosts, double iops, params VmSpec[] vms) =>
        new(DecidingLab.Cluster(hosts, vms)
            .Tenant(iops, [.. Enumerable.Range(0, vms.Length).Where(vm => vms[vm].Qos.Reservation is null)]));
}
