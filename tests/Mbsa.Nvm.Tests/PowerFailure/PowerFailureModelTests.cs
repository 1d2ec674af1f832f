using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;

namespace Mbsa.Nvm.Tests.PowerFailure;

public sealed class PowerFailureModelTests : IDisposable
{
    private readonly MemoryLedger _ledger = new();
    private readonly PowerFailureModel _model = new();
    private readonly NvmDevice _device;
    private readonly NvmArea _area;
    private readonly NvmLease _lease;

    public PowerFailureModelTests()
    {
        _device = NvmDevice.Create(new NvmDeviceOptions { SizeBytes = 1 << 20, DeviceId = Guid.Empty, PowerFailures = _model }, _ledger);
        _area = _device.Map(_device.CreateChild("a", 8192));
        _lease = _area.Lease();
    }

    [Fact]
    public void What_is_fenced_is_safe_and_what_is_not_is_pending()
    {
        _lease.Write(0, new byte[] { 1, 2, 3 });
        Assert.Empty(_model.Pending);
        _lease.Stream(6, new byte[] { 4, 5, 6 });
        Assert.Equal([2, 2], _model.Pending.Select(word => word.Values.Count));
        Assert.Equal(8, _model.Pending[1].OffsetBytes - _model.Pending[0].OffsetBytes);
        _lease.Fence();
        Assert.Empty(_model.Pending);
    }

    [Fact]
    public void Each_value_that_was_stored_may_be_the_one_that_persisted_and_the_same_value_again_counts_once()
    {
        _lease.Stream(0, BitConverter.GetBytes(7L));
        _lease.Stream(0, BitConverter.GetBytes(7L));
        _lease.Stream(0, BitConverter.GetBytes(8L));
        _lease.Stream(8, new byte[8]);
        Assert.Equal([0UL, 7, 8], Assert.Single(_model.Pending).Values);
        _model.Fail(values => values - 2);
        Assert.Equal(7, BitConverter.ToInt64(_lease.View(0, 8)));
        Assert.Empty(_model.Pending);
    }

    [Fact]
    public void A_fence_is_for_the_lease_that_fences()
    {
        using var other = _area.Lease();
        _lease.Stream(0, "ours"u8);
        other.Write(4096, "theirs"u8);
        Assert.Single(_model.Pending);
    }

    [Fact]
    public void What_was_never_fenced_stays_uncertain_when_its_lease_ends()
    {
        using (var other = _area.Lease())
        {
            other.Stream(0, "gone"u8);
        }

        Assert.Single(_model.Pending);
    }

    [Fact]
    public void Stores_that_changed_places_persist_after_those_behind_them()
    {
        List<string> pending = [];
        var armed = _model.Fences;
        _model.Fate = fence => fence == armed ? FenceFate.SwappedWithNext : FenceFate.Holds;
        _model.FenceReached = () => pending.Add(string.Join(",", _model.Pending.Select(word => word.Values[^1])));
        _lease.Write(0, BitConverter.GetBytes(1L));
        _lease.Write(8, BitConverter.GetBytes(2L));
        Assert.Equal(["1", "1,2", "1"], pending);
        Assert.Empty(_model.Pending);
    }

    public void Dispose()
    {
        _lease.Dispose();
        _area.Dispose();
        _device.Dispose();
        Assert.True(_ledger.IsEmpty, _ledger.Describe());
    }
}
