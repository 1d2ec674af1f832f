namespace Mbsa.Nvm.PowerFailure;

/// <summary>
/// Eight aligned bytes of the device, the unit that never tears, that were stored to since the last fence:
/// after a power failure they hold one of these values.
/// </summary>
/// <param name="OffsetBytes">Where on the device, a multiple of 8.</param>
/// <param name="Values">What was there before, then what was stored, in order; two or more.</param>
public sealed record PendingWord(long OffsetBytes, IReadOnlyList<ulong> Values);
