using Mbsa.Cores.Planning;
using Mbsa.Cores.Queue;
using Mbsa.Model.Scenario;

namespace Mbsa.Cores.Tests.Planning;

public sealed class DemandEstimateTests
{
    private const int Cores = 4;
    private const long Ms = 1_000_000;

    private readonly DemandEstimate _demand = new(new HostCapacity(Cores, 1e12), new OperationMix(new ResourceUse(1000, 0, 500), 4096));
    private UsageCounts _counts;

    [Fact]
    public void Until_something_is_known_it_wants_all_and_is_as_declared()
    {
        Assert.Equal((double.PositiveInfinity, 1000.0), (_demand.Share, _demand.Mix.DominantNs));
        Pass(share: 0.1);
        Assert.Equal(double.PositiveInfinity, _demand.Share);
    }

    [Fact]
    public void Who_never_waits_wants_a_little_more_than_it_had_at_most_lately()
    {
        Pass(share: 0.2);
        for (var i = 0; i < 7; i++)
        {
            Pass(share: 0.1);
        }

        Assert.Equal(0.22, _demand.Share, 1e-9);
        Pass(share: 0.1); // the 0.2 is forgotten
        Assert.Equal(0.11, _demand.Share, 1e-9);
    }

    [Fact]
    public void Who_never_pauses_wants_all_its_vcpus_can_use_however_long_it_waits()
    {
        for (var i = 0; i < 20; i++)
        {
            Pass(share: 0.1, waiting: 0.6); // a VCPU of one of four cores: .1 of the host is .4 of its time
        }

        Assert.Equal(1.1 * 1 / Cores, _demand.Share, 1e-9);
    }

    [Fact]
    public void Who_waits_and_pauses_wants_what_it_would_have_if_it_did_not_wait()
    {
        for (var i = 0; i < 20; i++)
        {
            Pass(share: 0.05, waiting: 0.4); // .2 of the time it runs, .4 it pauses: without waiting it would run a third
        }

        Assert.Equal(1.1 / 3 / Cores, _demand.Share, 1e-9);
    }

    [Fact]
    public void Who_waits_and_gets_nothing_wants_all_it_can_get()
    {
        for (var i = 0; i < 20; i++)
        {
            Pass(share: 0.1);
        }

        Pass(share: 0, waiting: 1);
        Assert.Equal(double.PositiveInfinity, _demand.Share);
    }

    [Fact]
    public void Its_mix_follows_what_its_ios_are_like()
    {
        for (var i = 0; i < 10; i++)
        {
            _counts.Use += new ResourceUse(10_000, 0, 80_000);
            _counts.Operations += 10;
            _counts.Bytes += 10 * 8192;
            _demand.Observe(_counts, Ms);
        }

        Assert.Equal(Resource.Nvm, _demand.Mix.PerOperation.Dominant);
        Assert.Equal(8000, _demand.Mix.DominantNs, 10.0);
        Assert.Equal(8192, _demand.Mix.BytesPerOperation);
    }

    private void Pass(double share, double waiting = 0)
    {
        _counts.Use += new ResourceUse(share * Ms, 0, 0);
        _counts.ReadyNs += waiting * Ms;
        _counts.HeldNs += (long)(share * Cores * Ms);
        _counts.AttachedNs += Ms;
        _demand.Observe(_counts, Ms);
    }
}
