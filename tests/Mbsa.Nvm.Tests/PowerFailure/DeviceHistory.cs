using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.PowerFailure;

namespace Mbsa.Nvm.Tests.PowerFailure;

/// <summary>
/// A device that lives a random life of child devices made and deleted while the power fails at every fence. What must be found: the child
/// devices of before the step or of after it, with every byte they were given, and no block lost or owned twice.
/// </summary>
internal sealed class DeviceHistory : IDisposable
{
    private readonly MemoryLedger _ledger = new();
    private readonly PowerFailureModel _model = new();
    private readonly NvmDevice _device;
    private readonly SortedDictionary<string, byte> _stamps = [];
    private SortedDictionary<string, byte>? _allowed;
    private readonly Random _random;
    private readonly long _firstFence;
    private byte _lastStamp;

    public DeviceHistory(int seed, int statesPerFence, int statesPerRecoveryFence = 0, Func<long, FenceFate>? fate = null)
    {
        _random = new Random(seed);
        _model.Fate = fate;
        _device = NvmDevice.Create(new NvmDeviceOptions { SizeBytes = 64 * 4096, DeviceId = Guid.Empty, MaxChildDevices = 16, PowerFailures = _model }, _ledger);
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
            if (_stamps.Count > 0 && (_stamps.Count > 4 || _random.Next(3) == 0))
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
        _allowed = new SortedDictionary<string, byte>(_stamps) { [name] = 0 };
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
        _stamps[name] = 0;
        _allowed = null;
        using var area = _device.Map(child);
        using var lease = area.Lease();
        var stamp = ++_lastStamp;
        lease.Write(area.LengthBytes - 64, Enumerable.Repeat(stamp, 64).ToArray());
        _stamps[name] = stamp;
    }

    private void Delete(string name)
    {
        Explorer.Step = $"delete {name}";
        _allowed = new SortedDictionary<string, byte>(_stamps);
        _allowed.Remove(name);
        _device.DeleteChild(name);
        _stamps.Remove(name);
        _allowed = null;
    }

    private string? Check(NvmDevice found)
    {
        var names = found.Children.Select(child => child.Name).Order(StringComparer.Ordinal).ToArray();
        var expected = names.SequenceEqual(_stamps.Keys) ? _stamps : _allowed is not null && names.SequenceEqual(_allowed.Keys) ? _allowed : null;
        if (expected is null)
        {
            return $"found {string.Join(", ", names)}; {string.Join(", ", _stamps.Keys)} were there before";
        }

        var used = found.Children.Sum(child => child.SizeBytes + child.PageTableBytes);
        if (found.Geometry.DataBlocks * 4096 - found.FreeBytes != used)
        {
            return $"{found.FreeBytes} bytes are free, {used} used: they do not add up";
        }

        foreach (var child in found.Children.Where(child => expected[child.Name] != 0))
        {
            using var area = found.Map(child);
            using var lease = area.Lease();
            var stamp = lease.View(area.LengthBytes - 64, 64);
            if (stamp.IndexOfAnyExcept(expected[child.Name]) >= 0)
            {
                return $"the bytes of {child.Name} are not what was written";
            }
        }

        return null;
    }
}
