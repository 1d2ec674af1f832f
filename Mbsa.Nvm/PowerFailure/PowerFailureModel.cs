using System.Runtime.CompilerServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.PowerFailure;

/// <summary>
/// What a power failure does to a device: stores since the last fence may have persisted or not,
/// eight bytes by eight bytes, in any order but that of one place. It watches every store and fence of a device that was made with it,
/// and can tell at any moment what the device may hold when the power comes back. Thread-safe; slow, so only for those who ask for it.
/// </summary>
/// <remarks>
/// A superset of what hardware does: a cache line written by one non-temporal store persists as a whole, but nothing promises it,
/// so the model tears it. Each lease fences for itself, as a core does.
/// </remarks>
public sealed unsafe class PowerFailureModel : IStoreWatch
{
    private const int WordBytes = 8;

    private static readonly ExtentMap _wholeDevice = new([new BlockExtent(0, DeviceGeometry.MaxDeviceBlocks)]);

    private readonly Lock _lock = new();
    private readonly List<Gate> _gates = [];
    private DeviceMemory? _memory;
    private nint _device;
    private long _fences;

    /// <summary>
    /// Called before a fence takes effect, on the thread that fences: the moment at which most may be lost.
    /// Every state that a failure since the last fence can leave is among the states of this moment.
    /// </summary>
    public Action? FenceReached { get; set; }

    /// <summary>The fate of each fence, counted from 0; null when all of them hold.</summary>
    public Func<long, FenceFate>? Fate { get; set; }

    /// <summary>Fences so far.</summary>
    public long Fences => Interlocked.Read(ref _fences);

    /// <summary>The words that may or may not have persisted, by place.</summary>
    public IReadOnlyList<PendingWord> Pending
    {
        get
        {
            lock (_lock)
            {
                return [.. _gates.SelectMany(gate => gate.Pending).OrderBy(word => word.Key)
                    .Select(word => new PendingWord(word.Key, [.. word.Value]))];
            }
        }
    }

    /// <summary>The power fails now and comes back: every pending word of the device takes one of its values.</summary>
    /// <param name="choose">Given how many values a word may have, the index of the one it has: 0 is what was there before.</param>
    public void Fail(Func<int, int> choose)
    {
        ArgumentNullException.ThrowIfNull(choose);
        lock (_lock)
        {
            foreach (var (offset, values) in _gates.SelectMany(gate => gate.Pending).OrderBy(word => word.Key))
            {
                Unsafe.WriteUnaligned((void*)(_device + (nint)offset), values[choose(values.Count)]);
            }

            _gates.ForEach(gate => gate.Forget());
        }
    }

    /// <summary>The device as it is now, whatever of it persisted.</summary>
    internal ReadOnlySpan<byte> Device => new((void*)_device, checked((int)_memory!.SizeBytes));

    void IStoreWatch.Watch(DeviceMemory memory, nint deviceStart)
    {
        if (_memory is not null)
        {
            throw new InvalidOperationException("a power-failure model watches one device");
        }

        (_memory, _device) = (memory, deviceStart);
    }

    AccessGate IStoreWatch.GateForDevice(nint start) => Enter(new Gate(this, start, static () => _wholeDevice));

    AccessGate IStoreWatch.GateFor(nint start, Func<ExtentMap> places) => Enter(new Gate(this, start, places));

    private Gate Enter(Gate gate)
    {
        lock (_lock)
        {
            _gates.Add(gate);
        }

        return gate;
    }

    /// <summary>Watches one lease.</summary>
    private sealed class Gate(PowerFailureModel model, nint start, Func<ExtentMap> places) : AccessGate
    {
        /// <summary>Stores whose place was changed with those after them; they persist with the next fence.</summary>
        private Dictionary<long, List<ulong>>? _late;

        private Dictionary<long, List<ulong>> _pending = [];

        public IEnumerable<KeyValuePair<long, List<ulong>>> Pending =>
            _late is null ? _pending : _pending.Concat(_late.Where(word => !_pending.ContainsKey(word.Key)));

        public override bool SeesEveryStore => true;

        public override void Read(long offsetBytes, Span<byte> destination) => View(offsetBytes, destination.Length).CopyTo(destination);

        public override ReadOnlySpan<byte> View(long offsetBytes, int lengthBytes) => new((void*)(start + (nint)offsetBytes), lengthBytes);

        public override void Stream(long offsetBytes, ReadOnlySpan<byte> source)
        {
            if (source.IsEmpty)
            {
                return;
            }

            lock (model._lock)
            {
                var first = offsetBytes & -WordBytes;
                var end = (offsetBytes + source.Length + WordBytes - 1) & -WordBytes;
                for (var word = first; word < end; word += WordBytes)
                {
                    _pending.TryAdd(DeviceOffset(word), [Load(word)]);
                }

                source.CopyTo(new Span<byte>((void*)(start + (nint)offsetBytes), source.Length));
                for (var word = first; word < end; word += WordBytes)
                {
                    // A value stored over the same value is there whatever persisted.
                    var (offset, now) = (DeviceOffset(word), Load(word));
                    var values = _pending[offset];
                    if (values[^1] != now)
                    {
                        values.Add(now);
                    }
                    else if (values.Count == 1)
                    {
                        _pending.Remove(offset);
                    }
                }
            }
        }

        public override void Fence()
        {
            model.FenceReached?.Invoke();
            lock (model._lock)
            {
                var fence = model._fences++;
                switch (model.Fate?.Invoke(fence))
                {
                    case FenceFate.Dropped:
                        return;
                    case FenceFate.SwappedWithNext when _late is null:
                        (_late, _pending) = (_pending, []);
                        return;
                }

                (var late, _pending, _late) = (_late, [], null);
                if (late is not null)
                {
                    _pending = late;
                    model.FenceReached?.Invoke();
                    _pending = [];
                }
            }
        }

        public override void Dispose()
        {
            base.Dispose();
            lock (model._lock)
            {
                // What was never fenced stays uncertain for good.
                if (_pending.Count == 0 && _late is null)
                {
                    model._gates.Remove(this);
                }
            }
        }

        public void Forget() => (_pending, _late) = ([], null);

        private ulong Load(long offsetBytes) => Unsafe.ReadUnaligned<ulong>((void*)(start + (nint)offsetBytes));

        private long DeviceOffset(long offsetBytes) =>
            places().BlockAt(offsetBytes / DeviceGeometry.BlockBytes) * DeviceGeometry.BlockBytes + offsetBytes % DeviceGeometry.BlockBytes;
    }
}
