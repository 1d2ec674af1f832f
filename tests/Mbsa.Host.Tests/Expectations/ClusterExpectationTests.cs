using Mbsa.Host.Expectations;
using Mbsa.Host.Tests.Watching;
using Mbsa.Vm;

namespace Mbsa.Host.Tests.Expectations;

public sealed class ClusterExpectationTests
{
    private static readonly string[] _vms = ["oltp", "writer"];
    private static readonly ClusterNames _names = new(["h-1", "h-2"], ["acme"]);

    [Theory]
    [InlineData("cluster.migrations == 2", true, "2")]
    [InlineData("cluster.cancelled == 1", true, "1")]
    [InlineData("cluster.downtime <= 5ms", true, "4ms")]
    [InlineData("cluster.downtime <= 3ms", false, "4ms")]
    [InlineData("cluster.migration_time == 80ms", true, "80ms")]
    [InlineData("cluster.migrated == 400MiB", true, "400MiB")]
    [InlineData("cluster.losses == 2", true, "2")]
    [InlineData("cluster.vms_back == 1", true, "1")]
    [InlineData("cluster.running == 1", true, "1")]
    [InlineData("cluster.overcommitted == 0", true, "0")]
    [InlineData("cluster.blocks_wrong == 0", true, "0")]
    [InlineData("cluster.iops == 505123IOPS", true, "505.1kIOPS")]
    [InlineData("oltp.migrations == 2", true, "2")]
    [InlineData("oltp.migrated == 379MiB", true, "379MiB")]
    [InlineData("writer.migrations == 1", false, "0")]
    [InlineData("writer.cancelled == 1", true, "1")]
    [InlineData("oltp.downtime <= 4ms", true, "4ms")]
    [InlineData("writer.downtime <= 4ms", false, "no migration")]
    [InlineData("max(*.downtime) <= 4ms", false, "no migration")]
    [InlineData("sum(*.migrations) == 2", true, "2")]
    [InlineData("h-1.vms == 1", true, "1")]
    [InlineData("h-1.utilisation.cpu >= 70%", true, "75%")]
    [InlineData("h-1.utilisation.cpu == 3 x h-2", true, "75% against 75%")]
    [InlineData("max(h-*.vms) == 1", true, "1")]
    [InlineData("jain(h-*.utilisation.bus) == 1", true, "1")]
    [InlineData("acme.leased <= 100%", true, "100%")]
    [InlineData("acme.misses < 3", false, "3")]
    public void They_are_of_vms_hosts_tenants_and_the_cluster(string text, bool held, string measured)
    {
        var outcome = Expectation.Parse(text, _vms, _names).Evaluate(Sample.ClusterResult());

        Assert.Equal((held, measured), (outcome.Held, outcome.Measured));
    }

    [Fact]
    public void A_tenant_that_never_wanted_all_it_was_promised_was_not_judged()
    {
        var result = Sample.ClusterResult();
        var tenant = result.Cluster!.Tenants[0] with { Epochs = 0, Misses = 0 };
        var outcome = Expectation.Parse("acme.misses == 0", _vms, _names)
            .Evaluate(result with { Cluster = result.Cluster with { Tenants = [tenant] } });

        Assert.Equal((false, "never judged: in no epoch did it want all it was promised"), (outcome.Held, outcome.Measured));
    }

    [Fact]
    public void More_leased_than_was_promised_is_overcommitted()
    {
        var result = Sample.ClusterResult();
        var tenant = result.Cluster!.Tenants[0] with { MaxLeased = 400_001 };
        var run = result with { Cluster = result.Cluster with { Tenants = [tenant] } };

        Assert.False(Expectation.Parse("cluster.overcommitted == 0", _vms, _names).Evaluate(run).Held);
    }

    [Theory]
    [InlineData("h-3.vms == 1", "unknown VM, host or tenant 'h-3'; did you mean 'h-1'?")]
    [InlineData("max(g-*.vms) == 1", "no host matches 'g-*'; hosts: h-1, h-2")]
    [InlineData("oltp.vms == 1", "'vms' is of a host, not of a VM; write 'h-1.vms'")]
    [InlineData("oltp.leased == 1", "'leased' is of a tenant, not of a VM; write 'acme.leased'")]
    [InlineData("oltp.losses == 1", "'losses' is of the cluster, not of a VM; write 'cluster.losses'")]
    [InlineData("h-1.iops > 1IOPS", "a host has no 'iops'; it has utilisation.cpu, utilisation.bus, utilisation.nvm, vms")]
    [InlineData("acme.iops > 1IOPS", "a tenant has no 'iops'; it has misses, leased")]
    [InlineData("cluster.vms == 1", "the cluster has no 'vms'; it has ")]
    [InlineData("cluster.p99 < 1us", "the cluster has no 'p99'; it has ")]
    [InlineData("cluster.migration == 1", "unknown metric 'migration'; did you mean 'migrations'?")]
    public void What_cannot_be_meant_is_an_error(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<InputException>(() =>
            Expectation.Parse(text, _vms, _names)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("oltp.migrations == 1",
        "'migrations' is measured where there are several hosts; write 'hosts' in place of 'host' in the scenario")]
    [InlineData("cluster.iops > 1IOPS", "unknown VM 'cluster'")]
    [InlineData("max(h-*.vms) == 1", "'vms' is measured where there are several hosts")]
    public void Where_there_is_a_single_host_they_are_an_error(string text, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<InputException>(() => Expectation.Parse(text, _vms)).Message, StringComparison.Ordinal);
}
