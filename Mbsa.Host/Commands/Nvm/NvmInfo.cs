using System.CommandLine;
using System.Globalization;
using Mbsa.Host.Files.Profiles;
using Mbsa.Host.Wording;
using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Timing;
using Mbsa.Vm.Checking;
using Spectre.Console;

namespace Mbsa.Host.Commands.Nvm;

/// <summary><c>mbsa nvm info FILE</c>: what is on a device and where.</summary>
internal static class NvmInfo
{
    private const int MapCells = 64;
    private const int MaxExtents = 4;

    public static Command Command(Terminal terminal)
    {
        var file = NvmCommand.File();
        var kind = new Option<string?>("--device")
        {
            HelpName = "NAME",
            Description = "The kind of NVM ('mbsa profiles' lists them), whose endurance says how much life is left",
        };
        var command = new Command("info",
            "Show a device's layout, its child devices, the virtual disks on them and how they wore. Nothing is written.") { file, kind };
        command.SetAction(parsed =>
        {
            var profile = parsed.GetValue(kind) is { } name ? ProfileCatalog.Device(name) : null;
            return NvmCommand.Try(parsed.GetRequiredValue(file), ledger => Show(terminal, parsed.GetRequiredValue(file), profile, ledger));
        });
        return command;
    }

    /// <summary>Looks at what lies on each child device.</summary>
    public static List<ChildContent> LookAtChildren(DeviceInspection device)
    {
        List<ChildContent> children = [];
        foreach (var child in device.Children)
        {
            using var area = device.Map(child);
            children.Add(new ChildContent(DeviceMap.LetterOf(children.Count), child, DiskCheck.Run(area)));
        }

        return children;
    }

    /// <summary>Writes the child devices, each with what lies on it: as a table, or one below the other where that does not fit.</summary>
    public static void WriteChildren(Terminal terminal, IEnumerable<ChildContent> children)
    {
        var table = new Table().Border(TableBorder.Simple).BorderStyle(new Style(Color.Grey));
        string[] heads = ["", "child", "size", "large pages", "page table", "blocks", "virtual disk", "state"];
        foreach (var head in heads)
        {
            table.AddColumn(new TableColumn(new Text(head)) { NoWrap = head != "blocks" }.Padding(0, 1));
        }

        string[][] rows = [.. children.Select(child => Row(child.Letter, child.Child, child.Disk).ToArray())];
        foreach (var row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }

        if (TableWidth.Fits(terminal.Out, table))
        {
            terminal.Out.Write(table);
            return;
        }

        foreach (var row in rows)
        {
            terminal.Lines.WriteLine($"{row[0]} {row[1]}");
            foreach (var (head, cell) in heads.Zip(row).Skip(2))
            {
                terminal.Lines.WriteLine($"    {head,-12} {cell}");
            }
        }
    }

    private static int Show(Terminal terminal, string file, DeviceProfile? profile, MemoryLedger ledger)
    {
        using var device = DeviceInspection.Open(file, ledger);
        var geometry = device.Gmb.Geometry;
        var free = device.FreeRuns;
        var freeBytes = free.Sum(run => run.Blocks) * DeviceGeometry.BlockBytes;
        var lines = terminal.Lines;
        lines.WriteLine($"{file}: NVM device of {Readable.Size(geometry.DeviceBlocks * DeviceGeometry.BlockBytes)}, "
            + $"UUID {device.Gmb.DeviceId}, format version {GlobalMetadataBlock.FormatVersion}");
        lines.WriteLine($"  [{DeviceMap.Draw(geometry, device.Children, MapCells)}]");
        lines.WriteLine($"  # GMB        {Blocks(0, DeviceGeometry.NatFirstBlock)}, two copies, generation {Plain(device.Gmb.Generation)}");
        lines.WriteLine($"  # NAT        {Blocks(DeviceGeometry.NatFirstBlock, geometry.NatBlocks)}, "
            + $"{Plain(device.Gmb.ChildDevices)} of {Plain(geometry.NatEntries)} entries in use");
        lines.WriteLine($"  # bitmap     {Blocks(geometry.BitmapFirstBlock, geometry.BitmapBlocks)}");
        lines.WriteLine($"    data area  {Blocks(geometry.DataFirstBlock, geometry.DataBlocks)}");
        lines.WriteLine($"  . free       {Readable.Size(freeBytes)} in {Plain(free.Count)} run{(free.Count == 1 ? "" : "s")}"
            + (free.Count > 0 ? $", the longest {Readable.Size(free.Max(run => run.Blocks) * DeviceGeometry.BlockBytes)}" : ""));
        ShowTotals(lines, device);
        if (device.Children.Count > 0)
        {
            var children = LookAtChildren(device);
            WriteChildren(terminal, children);
            foreach (var line in children.SelectMany(child => NvmWear.Lines(child, profile)))
            {
                lines.WriteLine(line);
            }
        }

        if (device.Findings.Problems > 0)
        {
            terminal.Error.WriteLine($"{file}: {Plain(device.Findings.Problems)} problems; 'mbsa nvm check {file}' lists them");
        }

        return ExitCode.Ok;
    }

    private static void ShowTotals(TextWriter lines, DeviceInspection device)
    {
        var geometry = device.Gmb.Geometry;
        var children = device.Children;
        var childBytes = children.Sum(child => child.SizeBytes);
        var tableBytes = children.Sum(child => child.PageTableBytes);
        var large = childBytes == 0 ? 0 : children.Sum(child => child.LargePageShare * child.SizeBytes) / childBytes;
        lines.WriteLine($"  metadata     {Readable.Size(geometry.DataFirstBlock * DeviceGeometry.BlockBytes)} "
            + $"of the device's and {Readable.Size(tableBytes)} of page tables; "
            + $"{Readable.Share(large)} of the child devices' {Readable.Size(childBytes)} lie in large pages");
    }

    private static IEnumerable<string> Row(char letter, ChildDevice child, DiskCheck disk)
    {
        yield return letter.ToString();
        yield return child.Name;
        yield return Readable.Size(child.SizeBytes);
        yield return Readable.Share(child.LargePageShare);
        yield return Readable.Size(child.PageTableBytes);
        var more = child.Extents.Count > MaxExtents ? $", ... {Plain(child.Extents.Count)} in all" : "";
        yield return string.Join(", ", child.Extents.Take(MaxExtents)
            .Select(extent => $"{Plain(extent.FirstBlock)}-{Plain(extent.EndBlock - 1)}")) + more;
        yield return disk.SuperBlock is { } super
            ? $"{Readable.Size(super.Geometry.GuestBlocks * DeviceGeometry.BlockBytes)}, wear: {super.WearPolicyName}"
            : "-";
        yield return disk.Findings.Problems > 0
            ? "damaged"
            : disk.SuperBlock is null ? "raw" : disk.SuperBlock.IsClean ? "clean" : "not ended cleanly";
    }

    private static string Blocks(long first, long count) =>
        $"blocks {Plain(first)}-{Plain(first + count - 1)} ({Readable.Size(count * DeviceGeometry.BlockBytes)})";

    private static string Plain(IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture);
}
