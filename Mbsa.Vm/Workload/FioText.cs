using System.Buffers;
using System.Text;

namespace Mbsa.Vm.Workload;

/// <summary>The lines of a text file that a user named, or one clear error.</summary>
internal static class FioText
{
    private static readonly SearchValues<byte> _printable = SearchValues.Create(
        [.. Enumerable.Range(0, 256).Where(value => value is >= 32 and not 127 or '\t' or '\n' or '\r' or '\f')
            .Select(value => (byte)value)]);

    private static readonly UTF8Encoding _strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a whole file of at most so many bytes.</summary>
    /// <exception cref="InputException">It is missing, too large or no text.</exception>
    public static string[] Lines(string path, int maxBytes)
    {
        var bytes = Bytes(path, maxBytes);
        var odd = FirstOddByte(bytes);
        if (odd >= 0)
        {
            throw new InputException(path, 1 + bytes.AsSpan(0, odd).Count((byte)'\n'),
                "not a text file: a fio job file is plain UTF-8 text");
        }

        return _strictUtf8.GetString(bytes).TrimStart('\uFEFF').Split('\n');
    }

    private static byte[] Bytes(string path, int maxBytes)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new InputException(path, 0, "is a directory; expected a fio job file");
            }

            using var file = File.OpenRead(path);
            var bytes = new byte[4096];
            var length = 0;
            for (int read; (read = file.Read(bytes, length, bytes.Length - length)) > 0;)
            {
                length += read;
                if (length > maxBytes)
                {
                    throw new InputException(path, 0, $"too large for a fio job file: more than {maxBytes} bytes");
                }

                Array.Resize(ref bytes, length == bytes.Length ? 2 * length : bytes.Length);
            }

            return bytes[..length];
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException(path, 0, "there is no such file");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException(path, 0, $"cannot be read: {failure.Message}");
        }
    }

    // The first byte that no text has: a control character, or what is not UTF-8.
    private static int FirstOddByte(byte[] bytes)
    {
        var control = bytes.AsSpan().IndexOfAnyExcept(_printable);
        try
        {
            _strictUtf8.GetCharCount(bytes);
            return control;
        }
        catch (DecoderFallbackException invalid)
        {
            return control < 0 ? Math.Max(0, invalid.Index) : Math.Min(control, Math.Max(0, invalid.Index));
        }
    }
}
