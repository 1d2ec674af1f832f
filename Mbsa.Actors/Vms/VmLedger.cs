namespace Mbsa.Actors.Vms;

/// <summary>What went wrong in a VM: lines for people, and how often each VCPU failed. It goes where the VM goes.</summary>
internal sealed class VmLedger
{
    private readonly List<string> _problems = [];
    private readonly SortedDictionary<int, int> _failures = [];

    /// <summary>What went wrong, a line each.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Something went wrong.</summary>
    public void Add(string problem) => _problems.Add(problem);

    /// <summary>The same, unless the same is known of it already.</summary>
    public void AddOnce(string problem)
    {
        if (!_problems.Contains(problem))
        {
            _problems.Add(problem);
        }
    }

    /// <summary>A VCPU failed.</summary>
    /// <returns>How often it has by now.</returns>
    public int CountFailure(int vcpu) => _failures[vcpu] = _failures.GetValueOrDefault(vcpu) + 1;

    /// <summary>Writes it down.</summary>
    public void SaveTo(BinaryWriter to)
    {
        to.Write(_problems.Count);
        _problems.ForEach(to.Write);
        to.Write(_failures.Count);
        foreach (var (vcpu, failures) in _failures)
        {
            to.Write(vcpu);
            to.Write(failures);
        }
    }

    /// <summary>Is what was written down.</summary>
    public void RestoreFrom(BinaryReader from)
    {
        _problems.Clear();
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            _problems.Add(from.ReadString());
        }

        _failures.Clear();
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            _failures[from.ReadInt32()] = from.ReadInt32();
        }
    }
}
