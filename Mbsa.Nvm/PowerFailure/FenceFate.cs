namespace Mbsa.Nvm.PowerFailure;

/// <summary>What becomes of a fence; anything but <see cref="Holds"/> is a bug put in on purpose, to see that it is noticed.</summary>
public enum FenceFate
{
    /// <summary>Everything its lease stored before it is persistent from here on.</summary>
    Holds,

    /// <summary>As if the fence had been forgotten.</summary>
    Dropped,

    /// <summary>As if the stores before it and those up to the next fence had changed places.</summary>
    SwappedWithNext,
}
