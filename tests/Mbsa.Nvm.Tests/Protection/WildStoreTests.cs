using System.Diagnostics;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;
using Mbsa.Nvm.Protection;

namespace Mbsa.Nvm.Tests.Protection;

/// <summary>The proof: a process with a bug in it, and what is in the device's file afterwards.</summary>
public sealed class WildStoreTests : IDisposable
{
    private const int Survived = 0, Aborted = 128 + 6, KilledBySegmentationFault = 128 + 11;

    private readonly string _directory = Directory.CreateTempSubdirectory("mbsa-wild-store-").FullName;

    private string DevicePath => Path.Combine(_directory, "device.nvm");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Without_protection_a_wild_store_damages_the_data_and_nobody_notices()
    {
        Assert.Equal(Survived, Run(ProtectionMethod.None, "area", "native"));
        Assert.Equal(WildStore.DamagedBytes, DamagedBytes());
    }

    [SkippableTheory]
    [InlineData(ProtectionMethod.Pte)]
    [InlineData(ProtectionMethod.Cr0)]
    [InlineData(ProtectionMethod.Cr0Opt)]
    [InlineData(ProtectionMethod.Pmap)]
    public void With_protection_a_wild_store_kills_the_program_and_the_data_are_intact(ProtectionMethod method)
    {
        Skip.If(ProtectionSupport.WhyNot(method) is not null, ProtectionSupport.WhyNot(method));

        Assert.Equal(KilledBySegmentationFault, Run(method, "area", "native"));
        Assert.Equal(0, DamagedBytes());
    }

    [Fact]
    public void The_runtime_turns_a_wild_store_of_managed_code_into_an_abort()
    {
        Assert.Equal(Aborted, Run(ProtectionMethod.Pte, "area", "managed"));
        Assert.Equal(0, DamagedBytes());
    }

    [Fact]
    public void The_mapping_of_the_whole_device_is_no_open_door_beside_a_protection()
    {
        Assert.Equal(KilledBySegmentationFault, Run(ProtectionMethod.Pmap, "device", "native"));
        Assert.Equal(0, DamagedBytes());
    }

    private int Run(ProtectionMethod method, string target, string whoStores)
    {
        using var process = Process.Start(new ProcessStartInfo(
            Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            [typeof(WildStore).Assembly.Location, DevicePath, method.ToString(), target, whoStores])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_DbgEnableMiniDump"] = "0" },
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        Assert.True(process.ExitCode is Survived or Aborted or KilledBySegmentationFault,
            $"exit code {process.ExitCode}: {output.Result} {errors.Result}");
        return process.ExitCode;
    }

    /// <summary>Bytes of the child device that are not what was written as one should.</summary>
    private int DamagedBytes()
    {
        var ledger = new MemoryLedger();
        int damaged;
        using (var device = NvmDevice.Open(DevicePath, ledger))
        using (var area = device.Map(Assert.Single(device.Children)))
        using (var lease = area.Lease())
        {
            damaged = WildStore.Pages * WildStore.PageBytes
                - lease.View(0, WildStore.Pages * WildStore.PageBytes).Count(WildStore.Precious);
        }

        Assert.True(ledger.IsEmpty, ledger.Describe());
        return damaged;
    }
}
