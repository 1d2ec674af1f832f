namespace Mbsa.Host.Reproduction;

/// <summary>A number of the paper beside what the emulator makes of it.</summary>
/// <param name="Number">Its number in docs/ACCURACY.md.</param>
/// <param name="What">What is measured, with its unit.</param>
/// <param name="Kind">Whether the profile was fitted to it.</param>
/// <param name="Paper">What the paper says.</param>
/// <param name="Emulated">What the emulator says.</param>
internal sealed record Claim(int Number, string What, ClaimKind Kind, double Paper, double Emulated)
{
    /// <summary>How much more the emulator says than the paper, as a fraction of what the paper says.</summary>
    public double Error => Emulated / Paper - 1;
}

/// <summary>Where a number comes from.</summary>
internal enum ClaimKind
{
    /// <summary>A parameter of the profile was fitted to it, so that it says nothing about the emulator.</summary>
    Calibrated,

    /// <summary>No parameter was fitted to it.</summary>
    Predicted,
}
