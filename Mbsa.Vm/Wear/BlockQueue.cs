namespace Mbsa.Vm.Wear;

/// <summary>
/// Physical blocks that wait their turn, first in, first out, so that each is used as often as the others. Thread-safe;
/// not on the way of an ordinary write.
/// </summary>
internal sealed class BlockQueue
{
    private readonly Lock _lock = new();
    private readonly Queue<uint> _blocks = new();

    /// <summary>Adds a block at the end.</summary>
    /// <returns>How many wait now.</returns>
    public int Add(uint physicalBlock)
    {
        lock (_lock)
        {
            _blocks.Enqueue(physicalBlock);
            return _blocks.Count;
        }
    }

    /// <summary>Takes the first block, if there is one.</summary>
    public bool TryTake(out uint physicalBlock)
    {
        lock (_lock)
        {
            return _blocks.TryDequeue(out physicalBlock);
        }
    }
}
