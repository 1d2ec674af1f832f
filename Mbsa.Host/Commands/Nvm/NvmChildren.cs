using System.CommandLine;
using Mbsa.Host.Wording;
using Mbsa.Nvm;
using Mbsa.Nvm.Checking;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Vm.Storage;

namespace Mbsa.Host.Commands.Nvm;

/// <summary><c>mbsa nvm child create|list|resize|delete</c>.</summary>
internal static class NvmChildren
{
    /// <summary>The command and those below it.</summary>
    public static Command Command(Terminal terminal)
    {
        var file = NvmCommand.File();
        var name = new Argument<string>("NAME") { Description = "The child device's name: a VM of this name finds it" };
        var size = NvmCommand.Size("Size of the child device, as in 1GiB");
        var list = new Command("list", "List the child devices and what lies on them.") { file };
        list.SetAction(parsed => List(terminal, parsed.GetRequiredValue(file)));
        return new Command("child", "Make, list, resize and delete child devices.")
        {
            Change("create", "Make a child device; all its bytes are zero.", sized: true, (device, child, sizeBytes) =>
                $"made, {Describe(device.CreateChild(child, sizeBytes))}"),
            list,
            Change("resize",
                "Grow or shrink a child device, not below the virtual disk on it. What it grows by is zero; what it loses is wiped.",
                sized: true, (device, child, sizeBytes) =>
                $"resized, {Describe(device.ResizeChild(child, sizeBytes, UsedBytes(device, child)))}"),
            Change("delete", "Delete a child device and wipe its bytes.", sized: false, (device, child, _) =>
            {
                device.DeleteChild(child);
                return "deleted and wiped";
            }),
        };

        Command Change(string verb, string description, bool sized, Func<NvmDevice, string, long, string> change)
        {
            var command = new Command(verb, description) { file, name };
            if (sized)
            {
                command.Add(size);
            }

            command.SetAction(parsed =>
            {
                var (path, child) = (parsed.GetRequiredValue(file), parsed.GetRequiredValue(name));
                var sizeBytes = sized ? NvmCommand.Bytes(parsed.GetRequiredValue(size)) : 0;
                return NvmCommand.Try(path, ledger =>
                {
                    using var device = NvmDevice.Open(path, ledger);
                    terminal.Lines.WriteLine(
                        $"{path}: child device '{child}': {change(device, child, sizeBytes)}; {Readable.Size(device.FreeBytes)} are free");
                    return ExitCode.Ok;
                });
            });
            return command;
        }
    }

    private static int List(Terminal terminal, string path) => NvmCommand.Try(path, ledger =>
    {
        using var device = DeviceInspection.Open(path, ledger);
        if (device.Children.Count == 0)
        {
            terminal.Lines.WriteLine($"{path}: no child devices");
        }
        else
        {
            NvmInfo.WriteChildren(terminal, NvmInfo.LookAtChildren(device));
        }

        return ExitCode.Ok;
    });

    /// <summary>
    /// Bytes that the virtual disk on a child device takes; 0 without one. A damaged one counts whole: nobody knows what would be lost.
    /// </summary>
    private static long UsedBytes(NvmDevice device, string name)
    {
        if (device.Children.FirstOrDefault(child => child.Name == name) is not { } child)
        {
            return 0;
        }

        using var area = device.Map(child);
        try
        {
            return VirtualDisk.IsMarked(area) ? VirtualDisk.Find(area)?.Geometry.TotalBytes ?? 0 : 0;
        }
        catch (NvmException)
        {
            return child.SizeBytes;
        }
    }

    private static string Describe(ChildDevice child) =>
        $"{Readable.Size(child.SizeBytes)} in {child.Extents.Count} piece{(child.Extents.Count == 1 ? "" : "s")}, "
        + $"{Readable.Share(child.LargePageShare)} of it in large pages";
}
