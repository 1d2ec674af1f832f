using System.Diagnostics;
using Mbsa.Host.Commands;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Host.Tests.Commands.Nvm;

/// <summary>
/// The program itself, killed in the middle of a run on a device file. The kernel keeps what was stored to a shared mapping.
/// </summary>
public sealed class KilledRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-killed-").FullName;

    private string FilePath => Path.Combine(_folder, "d.nvm");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_device_whose_user_was_killed_is_whole_and_its_disks_can_be_mounted()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "s.yaml"), """
            duration: 60s
            clock: wall
            host: { machine: generic-4core, nvm: { device: dram, size: 64MiB, file: d.nvm } }
            vms: [ { name: a, count: 2, vcpus: 1, storage: { size: 8MiB }, workload: { rw: randwrite, verify: crc32c } } ]
            """);
        using (var run = Process.Start(new ProcessStartInfo("dotnet", [ProgramPath, "run", "s.yaml", "--quiet"])
        { WorkingDirectory = _folder, RedirectStandardError = true })!)
        {
            await UntilBothWrite(run);
            run.Kill(); // SIGKILL: nothing is ended, nothing is written back
            await run.WaitForExitAsync();
        }

        using var program = new TestProgram();
        Assert.Equal(ExitCode.Ok, await program.InvokeAsync("nvm", "check", FilePath));
        Assert.Equal(2, program.Output.Split("the disk was not ended cleanly (note)").Length - 1);
        Assert.Contains("good; 2 child devices checked, 2 notes", program.Output, StringComparison.Ordinal);
        AssertBlocksAreWhole();
    }

    private static string ProgramPath => Path.Combine(AppContext.BaseDirectory, "mbsa.dll");

    /// <summary>
    /// Waits until the file holds verified blocks of both disks; it cannot be opened as long as it is in use, but it can be looked for in.
    /// </summary>
    private async Task UntilBothWrite(Process run)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(50))
        {
            Assert.False(run.HasExited, run.HasExited ? await run.StandardError.ReadToEndAsync() : "");
            using var grep = Process.Start(new ProcessStartInfo("grep", ["-c", "-a", "-o", "MBSAVRFY", FilePath])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var found = await grep.StandardOutput.ReadToEndAsync();
            if (int.TryParse(found, out var lines) && lines > 2000)
            {
                return;
            }
        }

        Assert.Fail("the run wrote nothing in a minute");
    }

    private void AssertBlocksAreWhole()
    {
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        var written = 0;
        foreach (var child in device.Children)
        {
            using var area = device.Map(child);
            using var disk = VirtualDisks.Mount(area);
            Assert.False(disk.WasClean);
            using var session = disk.OpenSession();
            var block = new byte[BlockStorage.BlockBytes];
            for (long number = 0; number < disk.Geometry.GuestBlocks; number++)
            {
                session.Read(number * block.Length, block);
                written += block.AsSpan().StartsWith("MBSAVRFY"u8) ? 1 : 0;
                Assert.True(!block.AsSpan().StartsWith("MBSAVRFY"u8) || BitConverter.ToInt64(block, 16) == number,
                    $"block {number} holds another one");
            }
        }

        Assert.True(written > 100, $"{written} blocks were written");
    }
}
