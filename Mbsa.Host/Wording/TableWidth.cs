using Spectre.Console;
using Spectre.Console.Rendering;

namespace Mbsa.Host.Wording;

/// <summary>Whether a table fits a console with each of its cells on one line.</summary>
internal static class TableWidth
{
    /// <summary>Whether it does.</summary>
    public static bool Fits(IAnsiConsole console, IRenderable table) => Of(console, table) <= console.Profile.Width;

    /// <summary>Writes a table, wider than the console where it does not fit.</summary>
    public static void Write(IAnsiConsole console, IRenderable table)
    {
        var width = console.Profile.Width;
        console.Profile.Width = Math.Max(width, Of(console, table));
        console.Write(table);
        console.Profile.Width = width;
    }

    private static int Of(IAnsiConsole console, IRenderable table) =>
        table.Measure(RenderOptions.Create(console, console.Profile.Capabilities), int.MaxValue / 2).Max;
}
