using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mbsa.Host.Report;
using Mbsa.Host.Reproduction;
using Mbsa.Host.Scenarios;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa reproduce FIGURE</c>: figures of the paper, made again, beside what the paper says.</summary>
internal static class ReproduceCommand
{
    private static readonly (string Name, Func<FigureRequest, Task<FigureResult>> Make)[] s_figures =
    [
        ("fig8", request => Task.FromResult(WearFigure.Make(request))),
        ("fig9", LevellingCostFigure.MakeAsync),
    ];

    private static readonly string[] s_notYet = ["fig2", "fig3", "fig4", "fig5", "fig6", "fig7", "future"];

    /// <summary>The command.</summary>
    public static Command Create(ProgramServices services)
    {
        var figure = new Argument<string>("FIGURE") { Description = $"{string.Join(", ", s_figures.Select(f => f.Name))}, or all" };
        var folder = new Option<string>("--out") { HelpName = "DIR", Description = "Where the pictures go [reproduce]", DefaultValueFactory = _ => "reproduce" };
        var json = new Option<string?>("--json") { HelpName = "FILE", Description = "Write the figures to a file; '-' is standard output, and then nothing else is" };
        var full = new Option<bool>("--full") { Description = "With a disk as large as the paper's, which takes minutes to hours; else a smaller one with the same writes a block" };
        var blocks = new Option<long?>("--blocks") { HelpName = "N", Description = $"Blocks of the disk [{FigureRequest.UsualBlocks}; {FigureRequest.PaperBlocks} with --full]" };
        var command = new Command("reproduce", "Make figures of the paper again, beside what it says. Exit code 1 when one misses its bar.") { figure, folder, json, full, blocks };
        command.SetAction(parsed => RunAsync(
            services, Chosen(parsed.GetRequiredValue(figure)), parsed.GetRequiredValue(folder), parsed.GetValue(json), Blocks(parsed.GetValue(full), parsed.GetValue(blocks))));
        return command;
    }

    private static async Task<int> RunAsync(ProgramServices services, string[] figures, string folder, string? jsonPath, long blocks)
    {
        using var json = jsonPath is null ? null : OutputFile.Open("--json", jsonPath, services.Terminal.OpenStandardOutput);
        MakeFolder(folder);
        var report = new JsonObject();
        var held = true;
        foreach (var (name, make) in s_figures.Where(figure => figures.Contains(figure.Name)))
        {
            var picture = Path.Combine(folder, $"{name}.svg");
            using var svg = OutputFile.Open("--out", picture, services.Terminal.OpenStandardOutput);
            var result = await make(new FigureRequest { Blocks = blocks, Progress = services.Terminal.Error, Time = services.Time, Start = services.Start }).ConfigureAwait(false);
            svg.Write(Encoding.UTF8.GetBytes(result.Chart.Render()));
            held &= result.Bars.All(bar => bar.Held);
            report[name] = Json(result);
            if (jsonPath != "-")
            {
                Print(services.Terminal, result, picture);
            }
        }

        json?.Write(Bytes(report));
        return held ? ExitCode.Ok : ExitCode.Failed;
    }

    private static string[] Chosen(string name) => name == "all" ? [.. s_figures.Select(figure => figure.Name)]
        : s_figures.Any(figure => figure.Name == name) ? [name]
        : s_notYet.Contains(name) ? throw new InputException($"'{name}' cannot be reproduced yet; there are: {string.Join(", ", s_figures.Select(figure => figure.Name))}, all")
        : throw new InputException(UnknownName.Message("figure", name, [.. s_figures.Select(figure => figure.Name), "all"]));

    private static long Blocks(bool isFull, long? blocks) => (isFull, blocks) switch
    {
        (true, not null) => throw new InputException("--full says how large the disk is; leave --blocks out"),
        (_, { } asked) when asked < FigureRequest.LeastBlocks || asked > FigureRequest.PaperBlocks || asked % 8 != 0 =>
            throw new InputException($"--blocks: {asked} is no multiple of 8 from {FigureRequest.LeastBlocks} to {FigureRequest.PaperBlocks}"),
        _ => isFull ? FigureRequest.PaperBlocks : blocks ?? FigureRequest.UsualBlocks,
    };

    private static void MakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"--out: cannot make {folder}: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static void Print(Terminal terminal, FigureResult result, string picture)
    {
        terminal.Lines.WriteLine(result.Title);
        foreach (var note in result.Notes)
        {
            terminal.Lines.WriteLine($"  {note}");
        }

        foreach (var table in result.Tables)
        {
            terminal.Out.Write(table);
        }

        foreach (var bar in result.Bars)
        {
            terminal.Lines.WriteLine(bar);
        }

        terminal.Lines.WriteLine($"picture: {picture}");
        terminal.Lines.WriteLine();
    }

    private static JsonObject Json(FigureResult result)
    {
        var json = result.Json;
        json["bars"] = new JsonArray([.. result.Bars.Select(bar => (JsonNode)new JsonObject
        {
            ["what"] = bar.What,
            [bar.IsMost ? "at_most" : "at_least"] = bar.Limit,
            ["measured"] = bar.Measured,
            ["held"] = bar.Held,
        })]);
        return json;
    }

    private static byte[] Bytes(JsonObject report)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            report.WriteTo(writer);
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}
