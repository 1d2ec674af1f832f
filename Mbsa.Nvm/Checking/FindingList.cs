using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Checking;

/// <summary>The findings of one check. Whoever has a million wants to know that, not all of them.</summary>
public sealed class FindingList
{
    /// <summary>Findings that are kept; beyond, they are counted.</summary>
    public const int MaxKept = 1000;

    private readonly List<Finding> _kept = [];

    /// <summary>The first of them, in the order of the check.</summary>
    public IReadOnlyList<Finding> Kept => _kept;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many of them are problems and not just notes.</summary>
    public long Problems { get; private set; }

    /// <summary>Adds one.</summary>
    public void Add(Finding finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        Count++;
        Problems += finding.IsNote ? 0 : 1;
        if (_kept.Count < MaxKept)
        {
            _kept.Add(finding);
        }
    }
}
