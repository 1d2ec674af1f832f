using System.CommandLine;
using Mbsa.Host.Wording;
using Mbsa.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm;

namespace Mbsa.Host.Commands.Nvm;

/// <summary><c>mbsa nvm</c>: NVM devices in files.</summary>
internal static class NvmCommand
{
    /// <summary>The command and those below it.</summary>
    public static Command Create(Terminal terminal) => new("nvm", "Make, look at, check and change an NVM device in a file.")
    {
        CreateDevice(terminal),
        NvmInfo.Command(terminal),
        NvmCheck.Command(terminal),
        NvmChildren.Command(terminal),
    };

    /// <summary>The argument that names a device's file.</summary>
    public static Argument<string> File() => new("FILE") { Description = "The device's file" };

    /// <summary>A size on the command line.</summary>
    public static Option<string> Size(string description) =>
        new("--size") { HelpName = "SIZE", Description = description, Required = true };

    /// <summary>The bytes of a size.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public static long Bytes(string size)
    {
        try
        {
            return Quantity.SizeBytes(size);
        }
        catch (InputException e)
        {
            throw new InputException($"--size: {e.Message}");
        }
    }

    /// <summary>Does something with a device; what it refuses is the user's to know, and exit code 2.</summary>
    public static int Try(string file, Func<MemoryLedger, int> work)
    {
        try
        {
            return work(new MemoryLedger());
        }
        catch (Exception e) when (e is NvmException or IOException or UnauthorizedAccessException)
        {
            throw new InputException(file, 0, e.Message);
        }
    }

    private static Command CreateDevice(Terminal terminal)
    {
        var file = File();
        var size = Size("Size of the whole device, as in 8GiB");
        var uuid = new Option<string?>("--uuid") { HelpName = "UUID", Description = "The device's UUID; else a random one" };
        var children = new Option<int?>("--children")
        {
            HelpName = "N",
            Description = "Child devices the NAT can hold [4096, fewer on a small device]",
        };
        var command = new Command("create", "Make an empty device in a new file; all its room on the disk is taken at once.")
        {
            file,
            size,
            uuid,
            children,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            var sizeBytes = Bytes(parsed.GetRequiredValue(size));
            var id = Uuid(parsed.GetValue(uuid));
            return Try(path, ledger =>
            {
                using var device = NvmDevice.Create(
                    new NvmDeviceOptions
                    {
                        SizeBytes = sizeBytes,
                        FilePath = path,
                        DeviceId = id,
                        MaxChildDevices = parsed.GetValue(children)
                    }, ledger);
                terminal.Lines.WriteLine($"{path}: a device of {Readable.Size(sizeBytes)}, "
                    + $"{Readable.Size(device.FreeBytes)} of it for child devices, UUID {id}");
                return ExitCode.Ok;
            });
        });
        return command;
    }

    private static Guid Uuid(string? text) => text is null ? Guid.NewGuid()
        : Guid.TryParseExact(text, "D", out var id) ? id
        : throw new InputException($"--uuid: '{text}' is none; one is 00000000-0000-0000-0000-000000000001");
}
