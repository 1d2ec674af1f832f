using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>The protection of one NVM area: shuts what is mapped, and makes the gates through which its leases get in.</summary>
internal abstract class AreaProtection
{
    /// <summary>Shuts a stretch of the area that has just been mapped.</summary>
    /// <param name="range">The area's addresses.</param>
    /// <param name="offsetBytes">Where in the range, a multiple of 4096.</param>
    /// <param name="lengthBytes">How much, a multiple of 4096.</param>
    /// <exception cref="NvmException">The kernel refuses.</exception>
    public abstract void Shut(AddressRange range, long offsetBytes, long lengthBytes);

    /// <summary>Whether nothing stays mapped at the area's own addresses.</summary>
    public virtual bool EmptiesTheArea => false;

    /// <summary>The child device was resized; what it has more was shut before.</summary>
    public virtual void Follow(ChildDevice child)
    {
    }

    /// <summary>Makes the gate of one lease.</summary>
    public abstract AccessGate MakeGate();

    /// <summary>Called once, after the area's addresses were given back.</summary>
    public virtual void Release()
    {
    }
}
