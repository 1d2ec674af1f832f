using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Mbsa.Host.Report;
using Mbsa.Host.Reproduction;
using Mbsa.Vm;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa reproduce FIGURE...</c>: figures of the paper, made again, beside what the paper says.</summary>
internal static class ReproduceCommand
{
    public static Command Create(ProgramServices services)
    {
        var figures = new Argument<string[]>("FIGURE")
        {
            Description = $"{string.Join(", ", PaperFigures.Names.SkipLast(1))}, or all",
            Arity = ArgumentArity.OneOrMore,
        };
        var folder = new Option<string>("--out")
        {
            HelpName = "DIR",
            Description = "Where the pictures and report.html go [reproduce]",
            DefaultValueFactory = _ => "reproduce",
        };
        var json = new Option<string?>("--json")
        {
            HelpName = "FILE",
            Description = "Write the figures to a file; '-' is standard output, and then nothing else is",
        };
        var full = new Option<bool>("--full")
        {
            Description =
            "Wear on a disk as large as the paper's, which takes minutes to hours; else a smaller one with the same writes a block"
        };
        var blocks = new Option<long?>("--blocks")
        {
            HelpName = "N",
            Description = $"Blocks of the disk for wear [{FigureRequest.UsualBlocks}; {FigureRequest.PaperBlocks} with --full]",
        };
        var command = new Command("reproduce", "Make figures of the paper again, beside what it says. Exit code 1 when one misses its bar.")
            { figures, folder, json, full, blocks };
        OptionText.RefuseOptions(figures, command);
        command.SetAction(parsed => RunAsync(
            services, parsed.GetRequiredValue(figures), parsed.GetRequiredValue(folder),
            parsed.GetValue(json), Blocks(parsed.GetValue(full), parsed.GetValue(blocks))));
        return command;
    }

    private static async Task<int> RunAsync(ProgramServices services, string[] names, string folder, string? jsonPath, long blocks)
    {
        var terminal = services.Terminal;
        OutputFile.RequireDifferent(("--json", jsonPath), ("--out", Path.Combine(folder, "report.html")));
        var chosen = PaperFigures.Choose(names);
        using var json = jsonPath is null ? null : OutputFile.Open("--json", jsonPath, terminal.OpenStandardOutput);
        MakeFolder(folder);
        using var report = OutputFile.Open("--out", Path.Combine(folder, "report.html"), terminal.OpenStandardOutput);
        List<MadeFigure> made = [];
        foreach (var (name, make) in chosen)
        {
            var picture = Path.Combine(folder, $"{name}.svg");
            using var svg = OutputFile.Open("--out", picture, terminal.OpenStandardOutput);
            var result = await make(new FigureRequest
            { Blocks = blocks, Progress = terminal.Error, Time = services.Time, Start = services.Start }).ConfigureAwait(false);
            svg.Write(Encoding.UTF8.GetBytes(result.Chart.Render()));
            made.Add(new MadeFigure(name, result));
            if (jsonPath != "-")
            {
                Print(terminal, result, picture);
            }
        }

        var summary = new ReproductionSummary(made);
        report.Write(Encoding.UTF8.GetBytes(HtmlReport.Render(made, summary)));
        json?.Write(Bytes(Json(made, summary)));
        if (jsonPath != "-")
        {
            Print(terminal, summary, Path.Combine(folder, "report.html"));
        }

        return made.SelectMany(figure => figure.Result.Bars).Concat(summary.Bars).All(bar => bar.Held) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static long Blocks(bool isFull, long? blocks) => (isFull, blocks) switch
    {
        (true, not null) => throw new InputException("--full says how large the disk is; leave --blocks out"),
        (_, { } asked) when asked < FigureRequest.MinBlocks || asked > FigureRequest.PaperBlocks || asked % 8 != 0 =>
            throw new InputException(
                $"--blocks: {asked} is no multiple of 8 from {FigureRequest.MinBlocks} to {FigureRequest.PaperBlocks}"),
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

        Print(terminal, result.Tables, result.Bars);
        terminal.Lines.WriteLine($"picture: {picture}");
        terminal.Lines.WriteLine();
    }

    private static void Print(Terminal terminal, ReproductionSummary summary, string report)
    {
        Print(terminal, summary.Tables, summary.Bars);
        terminal.Lines.WriteLine($"report: {report}");
        if (summary.LastLine is { } line)
        {
            terminal.Lines.WriteLine(line);
        }
    }

    private static void Print(Terminal terminal, IReadOnlyList<FigureTable> tables, IReadOnlyList<Bar> bars)
    {
        foreach (var table in tables)
        {
            terminal.Out.Write(table.ForTerminal());
        }

        foreach (var bar in bars)
        {
            terminal.Lines.WriteLine(bar);
        }
    }

    private static JsonObject Json(List<MadeFigure> made, ReproductionSummary summary)
    {
        var json = new JsonObject();
        foreach (var (name, result) in made)
        {
            json[name] = result.Json;
            result.Json["bars"] = new JsonArray([.. result.Bars.Select(bar => (JsonNode)new JsonObject
            {
                ["what"] = bar.What,
                [bar.IsMax ? "at_most" : "at_least"] = bar.Limit,
                ["measured"] = bar.Measured,
                ["held"] = bar.Held,
            })]);
        }

        json["summary"] = summary.Json();
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
