namespace Mbsa.Vm.Storage;

/// <summary>What a wear policy did on a session's time, beside the session's own writes.</summary>
/// <param name="Relocations">Blocks it read and wrote.</param>
/// <param name="Records">Lines of 64 bytes it wrote and fenced.</param>
public readonly record struct WearWork(long Relocations, long Records)
{
    /// <summary>Bytes of a record.</summary>
    public const int RecordBytes = 64;
}
