using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Wear;

/// <summary>
/// Start-Gap (Qureshi et al., "Enhancing lifetime and security of PCM-based main memory with start-gap wear leveling", MICRO 2009), the
/// classic to compare with: one free block, the gap, and after every psi writes the data of the block before it move into it, so that
/// all data slowly go round. Before the first write the blocks are strewn at random once and for all (<see cref="ScatteredBlocks"/>),
/// so that a hot region does not travel as one.
/// </summary>
/// <remarks>
/// The original computes the place of a block from two registers. Here the disk has its VDMT anyway, and each step of the gap is a change
/// of it, safe at any power failure; the gap is the block that the map does not name. The writes are counted for each session.
/// </remarks>
internal sealed class StartGapPolicy : LevellingPolicy
{
    /// <summary>The name of the policy.</summary>
    public const string PolicyName = "start-gap";

    private readonly uint _psi;
    private uint _gap;
    private int _steps;

    /// <summary>The policy with its parameters, such as "psi=100".</summary>
    /// <exception cref="InputException">A parameter is unknown or out of range.</exception>
    public StartGapPolicy(string parameters)
    {
        var given = new WearParameters(PolicyName, parameters);
        _psi = given.Number("psi", 100, 8, 1_000_000);
        given.End();
    }

    /// <inheritdoc/>
    public override string Name => PolicyName;

    /// <inheritdoc/>
    public override string Parameters => $"psi={_psi}";

    /// <inheritdoc/>
    public override long TickWrites => _psi;

    /// <inheritdoc/>
    public override void Tick() => RequestWork(Interlocked.Increment(ref _steps));

    /// <inheritdoc/>
    public override long SpareBlocks(long guestBlocks) => 1;

    /// <inheritdoc/>
    internal override Func<uint, uint> FirstPlaces(long guestBlocks, Guid diskId) => new ScatteredBlocks(guestBlocks, diskId).PlaceOf;

    /// <inheritdoc/>
    // no block is ever due
    public override uint Look(LevellingLane lane, uint logicalBlock, uint physicalBlock, bool isWhole) => physicalBlock;

    /// <inheritdoc/>
    protected override void DoWork(LevellingLane lane)
    {
        if (!TryBeginRelocating(lane))
        {
            return;
        }

        try
        {
            for (var steps = Interlocked.Exchange(ref _steps, 0); steps > 0; steps--)
            {
                var before = _gap == 0 ? (uint)Blocks.Owners.Length - 1 : _gap - 1;
                if (Blocks.Relocate(lane, Blocks.Owners[before], before, _gap))
                {
                    _gap = before;
                }
            }
        }
        finally
        {
            EndRelocating();
        }
    }

    /// <inheritdoc/>
    /// <remarks>One record for psi writes; so a slot is written at most half as often as a block is on average.</remarks>
    protected override long LogRecords(long dataBlocks) => 2 * dataBlocks / _psi + 1;

    /// <inheritdoc/>
    protected override void Begin()
    {
        _gap = Blocks.FreeBlocks().First();
        foreach (ref var wear in Blocks.Tally.Wear.AsSpan())
        {
            wear.Due = uint.MaxValue;
        }
    }
}
