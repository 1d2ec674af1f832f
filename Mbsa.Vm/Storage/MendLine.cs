namespace Mbsa.Vm.Storage;

/// <summary>Puts right what can be put right.</summary>
/// <param name="offsetBytes">Where in the area.</param>
/// <param name="content">What belongs there.</param>
internal delegate void MendLine(long offsetBytes, ReadOnlySpan<byte> content);
