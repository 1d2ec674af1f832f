using Mbsa.Nvm.Layout;

namespace Mbsa.Nvm.Devices;

/// <summary>What the device remembers of a child device that is there. The device's lock guards it, except for its areas.</summary>
internal sealed class ChildRecord(ChildDevice child, IReadOnlyList<long> pages)
{
    private readonly List<NvmArea> _areas = [];

    /// <summary>What others may know of it.</summary>
    public ChildDevice Child { get; private set; } = child;

    /// <summary>Blocks of its page table.</summary>
    public IReadOnlyList<long> Pages { get; private set; } = pages;

    /// <summary>Which block of the device is behind each of its blocks.</summary>
    public ExtentMap Places { get; private set; } = new(child.Extents);

    /// <summary>Its blocks and those of its page table.</summary>
    public IEnumerable<BlockExtent> AllExtents => Child.Extents.Concat(ExtentList.OfBlocks(Pages));

    /// <summary>Whether an area of it is mapped.</summary>
    public bool IsMapped
    {
        get
        {
            lock (_areas)
            {
                return _areas.Count > 0;
            }
        }
    }

    /// <summary>It was resized.</summary>
    public void Become(ChildDevice child, IReadOnlyList<long> pages) =>
        (Child, Pages, Places) = (child, pages, new ExtentMap(child.Extents));

    /// <summary>An area of it is mapped.</summary>
    public void Add(NvmArea area)
    {
        lock (_areas)
        {
            _areas.Add(area);
        }
    }

    /// <summary>
    /// An area of it is gone. Called from any thread, also after the device's own end: it does not take the device's lock.
    /// </summary>
    public void Remove(NvmArea area)
    {
        lock (_areas)
        {
            _areas.Remove(area);
        }
    }

    /// <summary>Its areas, each kept from going until whoever asked leaves it.</summary>
    public List<NvmArea> JoinAreas()
    {
        lock (_areas)
        {
            return [.. _areas.Where(area => area.TryJoin())];
        }
    }
}
