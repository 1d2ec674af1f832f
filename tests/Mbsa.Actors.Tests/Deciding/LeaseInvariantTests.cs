using CsCheck;
using Mbsa.Actors.Deciding;
using Mbsa.Model.Scenario;

namespace Mbsa.Actors.Tests.Deciding;

/// <summary>
/// Random sequences of demand, cuts, losses, returns, VMs that start, stop and migrate, of two tenants on four hosts beside VMs with
/// reservations of their own: never more than promised is in force or reserved, every host admits what it is told, and two epochs after the
/// last change all is in proportion again.
/// </summary>
public sealed class LeaseInvariantTests
{
    private const int Hosts = 4, TenantVms = 8, Vms = 12;

    /// <summary>Promises that fit any host, so that nothing but demand decides in the end; and such that hosts are full of them.</summary>
    [Theory]
    [InlineData(200_000, 300_000, true)]
    [InlineData(900_000, 1_200_000, false)]
    public void Never_more_than_promised_and_in_proportion_two_epochs_after_any_change(double first, double second, bool fitsAnywhere) =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, Vms - 1], Gen.Int[0, Hosts - 1], Gen.Int[1, 100], Gen.Int[1, 60]).Array[1, 60].Sample(
            changes =>
            {
                var rig = new LeaseRig(Scenario(first, second));
                var rates = Enumerable.Repeat(50, Vms).ToArray();
                rig.Decide();
                foreach (var (kind, vm, host, rate, passedMs) in changes)
                {
                    rates[vm] = rate;
                    Change(rig, kind, vm, host);
                    if (kind < 5)
                    {
                        rig.Decide();
                        RequireInvariant(rig);
                    }

                    rig.Epoch(v => (rates[v] * 1000, rates[v] > 80), passedMs * Lab.Millisecond);
                    RequireInvariant(rig);
                }

                for (var host = 0; host < Hosts; host++)
                {
                    rig.Contacts[host] = rig.Contacts[host] == HostContact.CutOff ? HostContact.Heard : rig.Contacts[host];
                }

                rig.Epoch(v => (rates[v] * 1000, rates[v] > 80));
                rig.Epoch(v => (rates[v] * 1000, rates[v] > 80));
                RequireInvariant(rig);
                if (fitsAnywhere)
                {
                    RequireProportion(rig, rates);
                }
            },
            iter: 300,
            threads: 1);

    /// <summary>Two tenants of four readers each, and four readers with a tenth of a host for themselves.</summary>
    private static ScenarioSpec Scenario(double first, double second) => DecidingLab.Cluster(Hosts,
        [.. Enumerable.Range(0, Vms).Select(i => i < TenantVms ? Lab.Vm($"vm-{i}") : DecidingLab.Reader($"vm-{i}", 0.1))])
        .Tenant(first, 0, 1, 2, 3).Tenant(second, 4, 5, 6, 7);

    private static void Change(LeaseRig rig, int kind, int vm, int host)
    {
        var isHeard = rig.Contacts[host] == HostContact.Heard;
        var isAt = rig.HostOfVm[vm];
        switch (kind)
        {
            case 0 when isHeard: rig.Contacts[host] = HostContact.CutOff; break;
            case 1 when rig.Contacts[host] == HostContact.CutOff: rig.Contacts[host] = HostContact.Heard; break;
            case 2 when isHeard: rig.Lose(host); break;
            case 3 when rig.Contacts[host] == HostContact.Gone: rig.Contacts[host] = HostContact.Heard; break;
            case 4 when isAt is { } at && rig.Contacts[at] == HostContact.Heard: rig.Stop(vm); break;
            case 5 when isAt is { } from && rig.Contacts[from] == HostContact.Heard && isHeard
                && from != host && rig.Placement.WhyNot(vm, host) is null:
                rig.Migrate(vm, host); break;
            case > 5 when isAt is null && isHeard && rig.Placement.WhyNot(vm, host) is null: rig.Start(vm, host); break;
        }
    }

    private static void RequireInvariant(LeaseRig rig)
    {
        for (var tenant = 0; tenant < 2; tenant++)
        {
            var promise = rig.Leases.Results[tenant].Promised;
            foreach (var afterNs in new[]
                { 0, DecidingLab.Epoch / 2, DecidingLab.Epoch, 2 * DecidingLab.Epoch - 1, 2 * DecidingLab.Epoch, 5 * DecidingLab.Epoch })
            {
                var inForce = Enumerable.Range(0, Hosts).Sum(host => rig.Leases.InForce(tenant, host, rig.NowNs + afterNs));
                Assert.True(inForce <= promise, $"{inForce} in force {afterNs} ns after {rig.NowNs}");
            }

            var reserved = rig.Reserved.Skip(4 * tenant).Take(4).Sum();
            Assert.True(reserved <= promise, $"{reserved} reserved at {rig.NowNs}");
        }

        Assert.All(rig.Leases.Results, result => Assert.True(result.MaxLeased <= result.Promised));
    }

    private static void RequireProportion(LeaseRig rig, int[] rates)
    {
        for (var tenant = 0; tenant < 2; tenant++)
        {
            List<int> vms = [.. Enumerable.Range(4 * tenant, 4).Where(vm => rig.HostOfVm[vm] is not null)];
            var wants = vms.Select(vm => rates[vm] > 80 ? 1e6 : rates[vm] * 1100.0).ToList();
            LeaseBookTests.Is(wants.Select(want => rig.Leases.Results[tenant].Promised * want / wants.Sum()),
                vms.Select(vm => rig.Reserved[vm]));
        }
    }
}
