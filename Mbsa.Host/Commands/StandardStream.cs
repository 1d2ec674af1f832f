using System.Diagnostics.CodeAnalysis;
using System.Text;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary>
/// Standard output or standard error for text. What standard output cannot take, as on a full disk, is no bug of the program: it becomes
/// an <see cref="InputException"/> where it happens, since afterwards nobody could tell it from trouble with another file. What standard
/// error cannot take is lost, for there is nowhere left to say it; the exit code says it still.
/// </summary>
/// <param name="inner">The stream.</param>
/// <param name="isForErrors">Whether it is standard error.</param>
internal sealed class StandardStream(TextWriter inner, bool isForErrors) : TextWriter
{
    /// <inheritdoc/>
    public override Encoding Encoding => inner.Encoding;

    /// <inheritdoc/>
    public override IFormatProvider FormatProvider => inner.FormatProvider;

    /// <inheritdoc/>
    [AllowNull]
    public override string NewLine
    {
        get => inner.NewLine;
        set => inner.NewLine = value;
    }

    /// <inheritdoc/>
    public override void Write(char value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(string? value) => Try(() => inner.Write(value));

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Try(() => inner.Write(buffer, index, count));

    /// <inheritdoc/>
    public override void WriteLine() => Try(inner.WriteLine);

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Try(() => inner.WriteLine(value));

    /// <inheritdoc/>
    public override void Flush() => Try(inner.Flush);

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!isForErrors)
            {
                throw new InputException($"cannot write standard output: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
    }
}
