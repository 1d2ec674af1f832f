using System.CommandLine;
using System.Globalization;
using Mbsa.Cores.Policies;
using Mbsa.Host.Figures;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Wording;

namespace Mbsa.Host.Commands;

/// <summary><c>mbsa profiles</c>, <c>mbsa policies</c> and <c>mbsa figures</c>: what a scenario can name, a line each.</summary>
internal static class NamesCommand
{
    /// <summary>Machines and devices.</summary>
    public static Command Profiles(Terminal terminal)
    {
        var command = new Command("profiles", "List the machines and NVM devices a scenario can name.");
        command.SetAction(_ =>
        {
            Print(terminal, "machine", [.. ProfileCatalog.Machines().Select(machine =>
                (machine.Name,
                    $"{machine.Cores} cores, {Readable.Bandwidth(machine.MemoryBandwidthBytesPerSecond)}. {machine.Description}"))]);
            terminal.Lines.WriteLine();
            Print(terminal, "device", [.. ProfileCatalog.Devices().Select(device =>
                (device.Name, $"reads {Readable.Bandwidth(device.ReadBandwidthBytesPerSecond)}, "
                    + $"writes {Readable.Bandwidth(device.WriteBandwidthBytesPerSecond)}{Endurance(device.EnduranceWrites)}. "
                    + $"{device.Description}"))]);
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>QoS policies.</summary>
    public static Command Policies(Terminal terminal)
    {
        var command = new Command("policies", "List the QoS policies a scenario can name.");
        command.SetAction(_ =>
        {
            Print(terminal, "policy", [.. QosPolicies.All.Select(policy => (policy.Name, policy.Description))]);
            return ExitCode.Ok;
        });
        return command;
    }

    public static Command Figures(Terminal terminal)
    {
        var command = new Command("figures", "List the figures of a run: what an expectation can name, with unit and meaning.");
        command.SetAction(_ =>
        {
            Print(terminal, "figure", [.. Catalogue.All.Select(figure => (figure.Name,
                $"{figure.Unit} of {figure.Of}: {figure.Meaning}{(figure.Wish.Length > 0 ? $" ({figure.Wish} is better)" : "")}"))]);
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Endurance(double writes) =>
        double.IsFinite(writes) ? $", endures {writes.ToString("0.#e0", CultureInfo.InvariantCulture)} writes" : "";

    private static void Print(Terminal terminal, string head, IReadOnlyList<(string Name, string Text)> lines)
    {
        var width = lines.Select(line => line.Name.Length).Append(head.Length).Max() + 2;
        terminal.Lines.WriteLine(head);
        foreach (var (name, text) in lines)
        {
            terminal.Lines.WriteLine($"  {name.PadRight(width)}{text}");
        }
    }
}
