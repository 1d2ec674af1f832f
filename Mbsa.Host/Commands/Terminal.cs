using System.Globalization;
using Spectre.Console;

namespace Mbsa.Host.Commands;

/// <summary>Where the program writes: results on standard output, errors and warnings on standard error.</summary>
internal sealed record Terminal
{
    /// <summary>Columns when the output is no terminal and COLUMNS says nothing: no line of the result has to be wrapped.</summary>
    private const int FileColumns = 200;

    /// <summary>Standard output, for people.</summary>
    public required IAnsiConsole Out { get; init; }

    /// <summary>Standard output, for lines that are not to be wrapped.</summary>
    public TextWriter Lines => Out.Profile.Out.Writer;

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Standard output, for bytes.</summary>
    public required Func<Stream> OpenStandardOutput { get; init; }

    /// <summary>Whether a table can be drawn over and over; else plain lines.</summary>
    public required bool IsInteractive { get; init; }

    /// <summary>
    /// The terminal of this process. A terminal that asks for no colour (NO_COLOR) or a build server (CI) gets plain lines.
    /// </summary>
    public static Terminal OfProcess()
    {
        var plain = Console.IsOutputRedirected || IsSet("NO_COLOR") || IsSet("CI") || Environment.GetEnvironmentVariable("TERM") == "dumb";
        // Spectre.Console asks whether its writer is the console's, so the console itself gets another.
        Console.SetOut(new StandardStream(Console.Out, isForErrors: false));
        Console.SetError(new StandardStream(Console.Error, isForErrors: true));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = plain ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"),
                NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns is >= 20 and <= 1000
                ? columns
                : FileColumns;
        }

        return new Terminal
        {
            Out = console,
            Error = Console.Error,
            OpenStandardOutput = Console.OpenStandardOutput,
            IsInteractive = !plain && console.Profile.Capabilities.Ansi,
        };
    }

    /// <summary>Makes the cursor visible again when a table that hides it is left abruptly.</summary>
    public void ShowCursor()
    {
        if (IsInteractive)
        {
            Out.Cursor.Show();
        }
    }

    private static bool IsSet(string variable) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable));
}
