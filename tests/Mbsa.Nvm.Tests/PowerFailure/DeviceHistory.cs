using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;

namespace Mbsa.Nvm.Tests.PowerFailure;

/// <summary>
/// A device that lives a random life of child devices made, resized and deleted while the power fails at every fence.
/// What must be found: the child devices of before the step or of after it, with every byte they were given, no block lost or owned twice,
/// and nothing of a former owner in what is free.
/// </summary>
internal sealed class DeviceHistory : IDisposable
{
    private const int StampOffset = 64;

    private readonly MemoryLedger _ledger = new();
    private readonly PowerFailureModel _model = new();
    private readonly NvmDevice _device;
    private readonly SortedDictionary<string, Child> _stamps = [];
    private SortedDictionary<string, Child>? _allowed;
    private readonly Random _random;
    private readonly long _firstFence;
    private readonly bool _recoversTwice;
    private byte _lastStamp;

    public DeviceHistory(int seed, int statesPerFence, int statesPerRecoveryFence = 0, Func<long, FenceFate>? fate = null)
    {
        (_random, _recoversTwice) = (new Random(seed), statesPerRecoveryFence > 0);
        _model.Fate = fate;
        _device = NvmDevice.Create(new NvmDeviceOptions
        { SizeBytes = 64 * 4096, DeviceId = Guid.Empty, MaxChildDevices = 16, PowerFailures = _model }, _ledger);
        _firstFence = _model.Fences;
        Explorer = new PowerFailureExplorer(_model, seed, statesPerFence, statesPerRecoveryFence) { Check = Check };
    }

    public PowerFailureExplorer Explorer { get; }

    public long Fences => _model.Fences;

    /// <summary>For each fence of the history, the step it belongs to and its place in that step.</summary>
    public List<(string Step, long Place)> FencesOfSteps { get; } = [];

    /// <summary>Lives on for some steps.</summary>
    public void Live(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            var what = _stamps.Count == 0 ? 9 : _random.Next(_stamps.Count > 4 ? 6 : 10);
            if (what < 3)
            {
                Resize(_stamps.Keys.ElementAt(_random.Next(_stamps.Count)), _random.Next(1, 12));
            }
            else if (what < 6)
            {
                Delete(_stamps.Keys.ElementAt(_random.Next(_stamps.Count)));
            }
            else
            {
                Create($"child-{step}", _random.Next(1, 12));
            }

            Note();
        }

        Explorer.Explore();
    }

    public void Dispose()
    {
        Explorer.Dispose();
        _device.Dispose();
        if (!_ledger.IsEmpty)
        {
            throw new InvalidOperationException(_ledger.Describe());
        }
    }

    private void Note()
    {
        var step = Explorer.Step.Split(' ')[0];
        for (long place = 0; FencesOfSteps.Count < _model.Fences - _firstFence; place++)
        {
            FencesOfSteps.Add((step, place));
        }
    }

    private void Create(string name, int blocks)
    {
        Explorer.Step = $"create {name} of {blocks} blocks";
        _allowed = new SortedDictionary<string, Child>(_stamps) { [name] = new(blocks, 0) };
        ChildDevice child;
        try
        {
            child = _device.CreateChild(name, blocks * 4096L);
        }
        catch (NvmException)
        {
            return; // the device is full
        }

        // Until the stamp is fenced the child device is there and may hold anything.
        _stamps[name] = new(blocks, 0);
        _allowed = null;
        using var area = _device.Map(child);
        using var lease = area.Lease();
        var stamp = ++_lastStamp;
        lease.Write(StampOffset, Enumerable.Repeat(stamp, 64).ToArray());
        _stamps[name] = new(blocks, stamp);
    }

    private void Delete(string name)
    {
        Explorer.Step = $"delete {name}";
        _allowed = new SortedDictionary<string, Child>(_stamps);
        _allowed.Remove(name);
        _device.DeleteChild(name);
        _stamps.Remove(name);
        _allowed = null;
    }

    private void Resize(string name, int blocks)
    {
        Explorer.Step = $"resize {name} to {blocks} blocks";
        _allowed = new SortedDictionary<string, Child>(_stamps) { [name] = _stamps[name] with { Blocks = blocks } };
        try
        {
            _device.ResizeChild(name, blocks * 4096L);
            _stamps[name] = _stamps[name] with { Blocks = blocks };
        }
        catch (NvmException)
        {
            // The device is full: nothing has changed.
        }

        _allowed = null;
    }

    private static IEnumerable<string> Names(SortedDictionary<string, Child> children) =>
        children.Select(child => $"{child.Key} of {child.Value.Blocks} blocks").Order(StringComparer.Ordinal);

    private string? Check(NvmDevice found)
    {
        var names = found.Children.Select(child => $"{child.Name} of {child.SizeBytes / 4096} blocks")
            .Order(StringComparer.Ordinal).ToArray();
        var expected = names.SequenceEqual(Names(_stamps))
            ? _stamps
            : _allowed is not null && names.SequenceEqual(Names(_allowed)) ? _allowed : null;
        if (expected is null)
        {
            return $"found {string.Join(", ", names)}; {string.Join(", ", Names(_stamps))} were there before";
        }

        var used = found.Children.Sum(child => child.SizeBytes + child.PageTableBytes);
        if (found.Geometry.DataBlocks * 4096 - found.FreeBytes != used)
        {
            return $"{found.FreeBytes} bytes are free, {used} used: they do not add up";
        }

        foreach (var child in found.Children.Where(child => expected[child.Name].Stamp != 0))
        {
            using var area = found.Map(child);
            using var lease = area.Lease();
            var stamp = lease.View(StampOffset, 64);
            if (stamp.IndexOfAnyExcept(expected[child.Name].Stamp) >= 0)
            {
                return $"the bytes of {child.Name} are not what was written";
            }
        }

        return _recoversTwice ? null : WrongWithFreeSpace(found);
    }

    /// <summary>
    /// Nobody may read what another had: a child device of all that is free holds zeros. Changes what was found, so it comes last.
    /// </summary>
    private static string? WrongWithFreeSpace(NvmDevice found)
    {
        var bytes = found.FreeBytes - 2 * 4096;
        if (bytes <= 0)
        {
            return null;
        }

        using var area = found.Map(found.CreateChild("what is free", bytes));
        using var lease = area.Lease();
        return lease.View(0, (int)bytes).IndexOfAnyExcept((byte)0) is var place and >= 0
            ? $"byte {place} of what is free was not wiped"
            : null;
    }

    private readonly record struct Child(int Blocks, byte Stamp);
}
