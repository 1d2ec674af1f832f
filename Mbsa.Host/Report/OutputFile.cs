using Mbsa.Vm;

namespace Mbsa.Host.Report;

/// <summary>
/// Where a command's product goes: a file, or standard output under the name "-". It is opened before the work, so that a place that cannot
/// be written is found out at once and not after minutes; what a file holds stays until there is something better to put in it.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _option;
    private readonly string _name;
    private readonly Stream _stream;
    private readonly bool _isNew;
    private bool _isWritten;

    private OutputFile(string option, string name, Stream stream, bool isNew) =>
        (_option, _name, _stream, _isNew) = (option, name, stream, isNew);

    /// <summary>Opens the place.</summary>
    /// <param name="option">The option that named it, for messages.</param>
    /// <param name="path">A file, or "-".</param>
    /// <param name="standardOutput">Opens standard output.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static OutputFile Open(string option, string path, Func<Stream> standardOutput)
    {
        if (path == "-")
        {
            return new OutputFile(option, "standard output", standardOutput(), isNew: false);
        }

        Check(option, path);
        try
        {
            var isNew = !File.Exists(path);
            // Without a buffer: what could not be written is not tried again when the file is closed.
            var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
            return new OutputFile(option, path, stream, isNew);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw CannotWrite(option, path, e);
        }
    }

    /// <summary>Sees to it that no product is written over another one, or over what it is made of.</summary>
    /// <param name="places">Options and what they name, "-" and null too; what is only read has an empty option.</param>
    /// <exception cref="InputException">Two are the same place.</exception>
    public static void RequireDifferent(params ReadOnlySpan<(string Option, string? Path)> places)
    {
        for (var i = 0; i < places.Length; i++)
        {
            foreach (var (option, path) in places[(i + 1)..])
            {
                if (path is { Length: > 0 } && places[i].Path is { Length: > 0 } other && PlaceOf(path) == PlaceOf(other))
                {
                    throw new InputException(places[i].Option.Length == 0
                        ? $"{option}: {path} is the scenario, and would be overwritten; name another file"
                        : $"{places[i].Option} and {option} both name {(path == "-" ? "standard output" : path)}; "
                            + $"give each a place of its own");
                }
            }
        }

        static string PlaceOf(string path) => path == "-" ? path : Path.GetFullPath(path);
    }

    /// <summary>Writes everything and closes the file.</summary>
    /// <exception cref="InputException">It could not be written, as on a full disk.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        try
        {
            if (_stream is { CanSeek: true, Length: > 0 }) // devices such as /dev/null have no length to set
            {
                _stream.SetLength(0);
            }

            _stream.Write(content);
            _stream.Flush();
            _isWritten = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(_option, _name, e);
        }
    }

    /// <summary>Closes the file; one that was made for something that never came is taken away.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (_isNew && !_isWritten)
        {
            File.Delete(_name);
        }
    }

    private static void Check(string option, string path)
    {
        if (path.Length == 0)
        {
            throw new InputException($"{option} needs the name of a file, or '-' for standard output");
        }

        if (Directory.Exists(path))
        {
            throw new InputException($"{option}: {path} is a directory; name a file in it");
        }

        if (Path.GetDirectoryName(path) is { Length: > 0 } folder && !Directory.Exists(folder))
        {
            throw new InputException($"{option}: cannot write {path}: there is no directory {folder}");
        }
    }

    private static InputException CannotWrite(string option, string path, Exception e) =>
        new($"{option}: cannot write {path}: {e.Message.ReplaceLineEndings(" ")}");
}
