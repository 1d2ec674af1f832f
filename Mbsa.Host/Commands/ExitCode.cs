namespace Mbsa.Host.Commands;

/// <summary>What the program ends with.</summary>
internal static class ExitCode
{
    /// <summary>All went well and every expectation held.</summary>
    public const int Ok = 0;

    /// <summary>An expectation failed, a block read was not the one written, or a VM failed that no event made fail.</summary>
    public const int Failed = 1;

    /// <summary>Bad input: a scenario, an option, a place that cannot be written, an address in use.</summary>
    public const int BadInput = 2;

    /// <summary>A mistake in this program (EX_SOFTWARE of sysexits.h).</summary>
    public const int Bug = 70;

    /// <summary>Ended by Ctrl-C or SIGTERM before its time (128 + SIGINT, as shells have it).</summary>
    public const int Interrupted = 130;
}
