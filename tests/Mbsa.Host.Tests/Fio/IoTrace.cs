namespace Mbsa.Host.Tests.Fio;

/// <summary>An I/O of a job.</summary>
/// <param name="File">Which of the job's files, from 0.</param>
/// <param name="IsWrite">Write, or else read.</param>
/// <param name="OffsetBytes">Where in the file.</param>
/// <param name="LengthBytes">How long.</param>
internal readonly record struct TracedIo(int File, bool IsWrite, long OffsetBytes, int LengthBytes);

/// <summary>All I/Os of a job, in their order.</summary>
internal sealed record IoTrace(IReadOnlyList<TracedIo> Ios)
{
    /// <summary>Bytes of all.</summary>
    public long Bytes => Ios.Sum(io => (long)io.LengthBytes);

    /// <summary>Those of one direction.</summary>
    public IEnumerable<TracedIo> Of(bool isWrite) => Ios.Where(io => io.IsWrite == isWrite);

    /// <summary>How many begin where the last of their direction in their file ended, or began.</summary>
    public (int Following, int Repeating) Steps()
    {
        var (following, repeating) = (0, 0);
        var last = new Dictionary<(int, bool), TracedIo>();
        foreach (var io in Ios)
        {
            if (last.TryGetValue((io.File, io.IsWrite), out var before))
            {
                following += io.OffsetBytes == before.OffsetBytes + before.LengthBytes ? 1 : 0;
                repeating += io.OffsetBytes == before.OffsetBytes ? 1 : 0;
            }

            last[(io.File, io.IsWrite)] = io;
        }

        return (following, repeating);
    }

    /// <summary>The first I/Os, for a message.</summary>
    public override string ToString() => string.Join(' ', Ios.Take(40).Select(io =>
        $"{(io.IsWrite ? 'w' : 'r')}{(io.File > 0 ? $"{io.File}:" : "")}{io.OffsetBytes / 1024.0}+{io.LengthBytes / 1024.0}"))
        + (Ios.Count > 40 ? $" ... {Ios.Count} in all" : "");
}
