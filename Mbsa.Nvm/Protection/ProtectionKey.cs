using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Protection;

/// <summary>
/// One of the processor's few protection keys (15 on x86), shared by all areas of a device as CR0.WP is by all pages of a kernel: who
/// opens it may write to all of them, but nobody else. Given back with the last area.
/// </summary>
internal sealed class ProtectionKey
{
    private readonly MemoryLedger _ledger;
    private readonly SharedLifetime _lifetime;

    private ProtectionKey(int key, MemoryLedger ledger)
    {
        (Key, _ledger) = (key, ledger);
        _lifetime = new SharedLifetime(Free);
        _ledger.KeyTaken();
    }

    /// <summary>The key as the processor knows it.</summary>
    public int Key { get; }

    /// <summary>Takes a key. The calling thread may read behind it; others may nothing yet.</summary>
    /// <exception cref="NvmException">There is none.</exception>
    public static ProtectionKey Take(MemoryLedger ledger)
    {
        var key = KeyLibc.IsPresent ? KeyLibc.Allocate(0, KeyLibc.PKEY_DISABLE_WRITE) : -1;
        return key >= 0
            ? new ProtectionKey(key, ledger)
            : throw new NvmException("protection key",
                $"{ProtectionSupport.WhyNot(ProtectionMethod.Cr0) ?? "all keys are taken"}; protect with pte, which needs none");
    }

    /// <summary>Adds a user, unless the key was given back already.</summary>
    public bool TryJoin() => _lifetime.TryJoin();

    /// <summary>Takes a user off; the taker is the first.</summary>
    public void Leave() => _lifetime.Leave();

    private void Free()
    {
        // A failed call leaves the entry standing, so that the ledger shows the leak.
        if (KeyLibc.Free(Key) == 0)
        {
            _ledger.KeyFreed();
        }
    }
}
