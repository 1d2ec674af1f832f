using System.CommandLine;
using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Checking;

namespace Mbsa.Host.Commands.Nvm;

/// <summary><c>mbsa nvm check FILE</c>: every structure of a device and of the virtual disks on it; a line for each finding.</summary>
internal sealed class NvmCheck(Terminal terminal, string file, bool repair)
{
    private const int MaxShown = 100;

    private long _problems, _notes, _repaired;

    public static Command Command(Terminal terminal)
    {
        var file = NvmCommand.File();
        var repair = new Option<bool>("--repair")
        { Description = "Write back what follows from what is good: a damaged copy from the other, the bitmap from the page tables" };
        var command = new Command(
            "check",
            "Verify a device and its virtual disks; nothing is written without --repair. "
            + "Exit code 0 all is well, 1 something is wrong, 2 it cannot be read at all.")
        {
            file, repair,
        };
        command.SetAction(parsed =>
        {
            var check = new NvmCheck(terminal, parsed.GetRequiredValue(file), parsed.GetValue(repair));
            return NvmCommand.Try(check.File, check.Run);
        });
        return command;
    }

    private string File => file;

    private int Run(MemoryLedger ledger)
    {
        using var inspection = DeviceInspection.Open(file, ledger, forRepair: repair);
        Show(inspection.Findings, "");
        foreach (var child in inspection.Children)
        {
            using var area = inspection.Map(child);
            var disk = DiskCheck.Run(area);
            Show(disk.Findings, $"child device '{child.Name}': ");
            _repaired += repair ? DeviceInspection.Repair(area, disk.Findings) : 0;
        }

        _repaired += repair ? inspection.Repair() : 0;
        terminal.Lines.WriteLine($"{file}: {Verdict(inspection.Children)}");
        return _problems > _repaired ? ExitCode.Failed : ExitCode.Ok;
    }

    private void Show(FindingList findings, string where)
    {
        foreach (var finding in findings.Kept.Take(MaxShown))
        {
            var ending = finding.IsNote ? " (note)" : finding.Renewal is null ? "" : repair ? " (repaired)" : " (--repair puts it right)";
            terminal.Lines.WriteLine($"{file}: {where}{finding}{ending}");
        }

        if (findings.Count > MaxShown)
        {
            terminal.Lines.WriteLine($"{file}: {where}... and {findings.Count - MaxShown} more");
        }

        _problems += findings.Problems;
        _notes += findings.Count - findings.Problems;
    }

    private string Verdict(IReadOnlyList<ChildDevice> children)
    {
        var what = $"{children.Count} child device{(children.Count == 1 ? "" : "s")} checked";
        var notes = _notes > 0 ? $", {_notes} note{(_notes == 1 ? "" : "s")}" : "";
        return _problems == 0 ? $"good; {what}{notes}"
            : $"{_problems} problem{(_problems == 1 ? "" : "s")}{(repair ? $", {_repaired} repaired" : "")}{notes}; {what}";
    }
}
