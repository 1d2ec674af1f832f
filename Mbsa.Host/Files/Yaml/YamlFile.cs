using System.Security;
using System.Text;
using Mbsa.Host.Wording;
using Mbsa.Vm;

namespace Mbsa.Host.Files.Yaml;

/// <summary>
/// Reads a YAML file that somebody wrote, or broke, into nodes with lines: an <see cref="InputException"/> is the worst that can happen.
/// </summary>
internal static class YamlFile
{
    /// <summary>A scenario of ten thousand VMs is a few kilobytes; a megabyte is a mistake.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>Reads a file as the user named it.</summary>
    public static Node Read(string path) => Parse(path, ReadText(path));

    /// <summary>Parses a text; <paramref name="file"/> is for the messages.</summary>
    public static Node Parse(string? file, string text) => new NodeBuilder(file, text).Build();

    /// <summary>The text of a file as the user named it.</summary>
    public static string ReadText(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new InputException(path, 0, "this is a directory; a YAML file was expected");
            }

            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return Decode(path, ReadUpTo(stream, MaxBytes + 1));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(path, 0, "there is no such file");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or SecurityException or NotSupportedException)
        {
            throw new InputException(path, 0, $"cannot be read: {FirstLine(e.Message)}");
        }
        catch (ArgumentException)
        {
            throw new InputException($"'{Excerpt.Of(path)}' is not a file name");
        }
    }

    /// <summary>Reads as much as it may, since a length can be wrong (devices, pipes, files that grow).</summary>
    private static byte[] ReadUpTo(Stream stream, int max)
    {
        var buffer = new byte[max];
        var length = stream.ReadAtLeast(buffer, max, throwOnEndOfStream: false);
        return buffer[..length];
    }

    private static string Decode(string path, byte[] bytes)
    {
        if (bytes.Length == 0)
        {
            throw new InputException(path, 0, "the file is empty");
        }

        if (bytes.Length > MaxBytes)
        {
            throw new InputException(path, 0, "the file is larger than 1 MiB, which no scenario or profile needs");
        }

        var zero = Array.IndexOf(bytes, (byte)0);
        if (zero >= 0)
        {
            throw new InputException(path, LineOf(bytes, zero), "there is a zero byte; a text file was expected");
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException(path, LineOf(bytes, e.Index), "this is not valid UTF-8 text");
        }
    }

    private static int LineOf(byte[] bytes, int index) => 1 + bytes.AsSpan(0, Math.Clamp(index, 0, bytes.Length)).Count((byte)'\n');

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd();
}
