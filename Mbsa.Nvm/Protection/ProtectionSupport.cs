namespace Mbsa.Nvm.Protection;

/// <summary>Which protections this machine can really do; the virtual clock can do all of them anywhere.</summary>
public static class ProtectionSupport
{
    /// <summary>Why this machine cannot protect memory in this way; null when it can.</summary>
    public static string? WhyNot(ProtectionMethod method)
    {
        if (method is not (ProtectionMethod.Cr0 or ProtectionMethod.Cr0Opt))
        {
            return null;
        }

        if (!KeyLibc.IsPresent)
        {
            return "it needs protection keys, and the C library of this machine has no pkey_set";
        }

        // Asked anew each time: a program asks once per device, and another may have taken the last key meanwhile.
        var key = KeyLibc.Allocate(0, KeyLibc.PKEY_DISABLE_WRITE);
        if (key < 0)
        {
            return "it needs a protection key, and the processor or kernel of this machine has none "
                + "to give (one that has them shows 'ospke' in /proc/cpuinfo; a process can have 15)";
        }

        _ = KeyLibc.Free(key);
        return null;
    }
}
