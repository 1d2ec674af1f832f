using Mbsa.Host.Commands;
using Mbsa.Host.Commands.Nvm;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Layout;
using Mbsa.Nvm.Memory;
using Mbsa.Vm.Wear;

namespace Mbsa.Host.Tests.Commands.Nvm;

public sealed class NvmCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mbsa-nvm-command-").FullName;
    private readonly List<TestProgram> _programs = [];

    private string FilePath => Path.Combine(_folder, "d.nvm");

    public void Dispose()
    {
        _programs.ForEach(program => program.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_device_is_made_changed_and_shown()
    {
        Assert.Contains("UUID 00000000-0000-0000-0000-000000000007",
            await Good("create", FilePath, "--size", "64MiB", "--uuid", "00000000-0000-0000-0000-000000000007"), StringComparison.Ordinal);
        Assert.Contains("child device 'a': made, 10 MiB in 1 piece, 100 % of it in large pages",
            await Good("child", "create", FilePath, "a", "--size", "10MiB"), StringComparison.Ordinal);
        await Good("child", "create", FilePath, "b", "--size", "1MiB");
        Format("a", 8 << 20);
        Assert.Contains("resized, 12 MiB", await Good("child", "resize", FilePath, "a", "--size", "12MiB"), StringComparison.Ordinal);

        var info = await Good("info", FilePath);

        Assert.Contains("NVM device of 64 MiB, UUID 00000000-0000-0000-0000-000000000007, format version 1",
            info, StringComparison.Ordinal);
        Assert.Contains("aaaaa", info, StringComparison.Ordinal);
        Assert.Matches(@" a a +12 MiB +\S+ % +4 KiB .* 8 MiB, wear: none +clean", info);
        Assert.Matches(@" b b +1 MiB .* - +raw", info);
        Assert.Matches("(?s) a .* b ", await Good("child", "list", FilePath));
        using var narrow = new TestProgram(60);
        Assert.Equal(ExitCode.Ok, await narrow.InvokeAsync("nvm", "info", FilePath));
        Assert.Matches(@"(?m)^    blocks       \d+-\d+ *$", narrow.Output);
        Assert.Matches(@"(?m)^    virtual disk 8 MiB, wear: none *$", narrow.Output);
        Assert.Contains("good; 2 child devices checked", await Good("check", FilePath), StringComparison.Ordinal);
        await Good("child", "delete", FilePath, "a");
        Assert.Contains("good; 1 child device checked", await Good("check", FilePath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("info FILE", "no such file", "No such file")]
    [InlineData("create FILE --size 1", "", "--size: '1' has no unit")]
    [InlineData("create FILE --size 1000B", "", "GMB: a device of 1000 bytes cannot be")]
    [InlineData("create FILE --size 1GiB --uuid 7", "", "--uuid: '7' is none")]
    [InlineData("create FILE --size 1000TiB", "", "the disk has")]
    [InlineData("create FILE", "", "--size")]
    [InlineData("child create FILE a", "", "--size")]
    [InlineData("chld FILE", "", "unknown command 'chld'; did you mean 'child'? ('mbsa nvm --help' says more)")]
    [InlineData("child lst FILE", "", "unknown command 'lst'; did you mean 'list'? ('mbsa nvm child --help' says more)")]
    public async Task A_mistake_is_one_line_and_exit_code_2_and_leaves_no_file(string line, string _, string expected)
    {
        var program = Program();
        Assert.Equal(ExitCode.BadInput,
            await program.InvokeAsync(["nvm", .. line.Replace("FILE", FilePath, StringComparison.Ordinal).Split(' ')]));

        Assert.Contains(expected, Assert.Single(program.Errors), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task What_a_device_refuses_is_one_line_and_exit_code_2()
    {
        await Good("create", FilePath, "--size", "32MiB");
        await Good("child", "create", FilePath, "a", "--size", "10MiB");
        Format("a", 8 << 20);

        await Bad($"it cannot have 1048576 bytes: {VirtualDisks.RequiredBytes(8 << 20)} of its 10485760 are used",
            "child", "resize", FilePath, "a", "--size", "1MiB");
        await Bad("there is a child device 'a' already", "child", "create", FilePath, "a", "--size", "1MiB");
        await Bad("there is no child device 'b'; there are: a", "child", "delete", FilePath, "b");
        await Bad("exists already; delete it first, or choose another name", "create", FilePath, "--size", "1MiB");
        await Bad("there is no child device 'b'", "child", "resize", FilePath, "b", "--size", "1MiB");
        await Bad("the device is too small", "child", "resize", FilePath, "a", "--size", "32MiB");
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        await Bad("is in use by another process", "check", FilePath);
        await Bad("is in use by another process", "child", "delete", FilePath, "a");
    }

    [Fact]
    public async Task A_check_names_what_is_wrong_and_repairs_only_when_asked()
    {
        await Good("create", FilePath, "--size", "32MiB");
        await Good("child", "create", FilePath, "a", "--size", "10MiB");
        Format("a", 8 << 20);
        var whole = await File.ReadAllBytesAsync(FilePath);
        var first = FirstBlock("a") * DeviceGeometry.BlockBytes;
        var damaged = (byte[])whole.Clone();
        (damaged[100], damaged[first + 4096 + 40]) = (1, 1);
        await File.WriteAllBytesAsync(FilePath, damaged);

        var program = Program();
        Assert.Equal(ExitCode.Failed, await program.InvokeAsync("nvm", "check", FilePath));
        Assert.Contains($"{FilePath}: GMB copy 0, block 0, byte 0: its checksum is wrong (--repair puts it right)",
            program.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Contains($"{FilePath}: child device 'a': super block copy 1, block 1, byte 0: "
            + "its checksum is wrong (--repair puts it right)", program.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
        Assert.Contains("2 problems; 1 child device checked", program.Output, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(FilePath));

        Assert.Contains("2 problems, 2 repaired", await Good("check", FilePath, "--repair"), StringComparison.Ordinal);
        Assert.Equal(whole, await File.ReadAllBytesAsync(FilePath));
    }

    [Fact]
    public async Task What_cannot_be_repaired_stays_a_problem()
    {
        await Good("create", FilePath, "--size", "32MiB");
        await Good("child", "create", FilePath, "a", "--size", "10MiB");
        Format("a", 8 << 20);
        var damaged = await File.ReadAllBytesAsync(FilePath);
        var entry = FirstBlock("a") * DeviceGeometry.BlockBytes + 2 * 4096 + 5 * 8;
        damaged[entry] ^= 1;
        await File.WriteAllBytesAsync(FilePath, damaged);

        var program = Program();
        Assert.Equal(ExitCode.Failed, await program.InvokeAsync("nvm", "check", FilePath, "--repair"));
        Assert.Contains("child device 'a': VDMT, block 2, byte 40: the entry of block 5 is damaged: its checksum is wrong",
            program.Output, StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(FilePath));
    }

    [Fact]
    public async Task How_a_disk_wore_is_shown_with_the_life_that_is_left()
    {
        await Good("create", FilePath, "--size", "32MiB");
        await Good("child", "create", FilePath, "a", "--size", "10MiB");
        using (var device = NvmDevice.Open(FilePath, new MemoryLedger()))
        {
            using var area = device.Map(device.Children[0]);
            VirtualDisks.Format(area, 1024 * 4096, Guid.Empty, "due-time", "");
            using var disk = VirtualDisks.Mount(area);
            using var session = disk.OpenSession();
            for (var write = 0; write < 10_000; write++)
            {
                session.WriteNothing(write % 100 * 4096, 4096);
            }
        }

        var info = await Good("info", FilePath);
        Assert.Contains("wear of 'a': due-time (q=128 t=64), 10000 block writes, 0 of them by wear levelling", info.Replace(" k ",
            "000 ", StringComparison.Ordinal).Replace("10.0000", "10000", StringComparison.Ordinal), StringComparison.Ordinal);
        // 10,000 over 1024 blocks and 16 spares
        Assert.Contains("worst block 100, mean 9.62, coefficient of variation", info, StringComparison.Ordinal);
        Assert.Matches(@" 0 to +12 writes  #{36} +90\.38 %", info); // 940 of 1040 were never written
        Assert.Matches(@"91 to +100 writes  #{3} +9\.62 %", info);
        Assert.DoesNotContain("life", info, StringComparison.Ordinal);

        Assert.Contains("'paper' endures 1e8 writes a block: 99.9999 % of the worst block's life is left; going on like "
            + "this the disk lives 9.62 % as long", await Good("info", FilePath, "--device", "paper"), StringComparison.Ordinal);
        Assert.Contains("'dram' never wears out", await Good("info", FilePath, "--device", "dram"), StringComparison.Ordinal);
        await Bad("unknown device 'papr'; did you mean 'paper'?", "info", FilePath, "--device", "papr");
        Assert.Contains("good; 1 child device checked", await Good("check", FilePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_map_shows_whoever_has_most_of_a_stretch()
    {
        var geometry = DeviceGeometry.Plan(64 * 4096, 16); // blocks 0 to 3 are metadata
        ChildDevice Child(string name, params BlockExtent[] extents) =>
            new() { Id = 1, Name = name, SizeBytes = 4096, Extents = extents, PageTableBytes = 0 };

        Assert.Equal("#b......aaaaaaab",
            DeviceMap.Draw(geometry, [Child("a", new BlockExtent(33, 27)), Child("b", new(4, 3), new(60, 4))], 16));
        Assert.Equal(64, DeviceMap.Draw(geometry, [], 1000).Length);
    }

    private TestProgram Program()
    {
        var program = new TestProgram();
        _programs.Add(program);
        return program;
    }

    private async Task<string> Good(params string[] arguments)
    {
        var program = Program();
        var exitCode = await program.InvokeAsync(["nvm", .. arguments]);
        Assert.True(exitCode == ExitCode.Ok, $"{exitCode}: {string.Join('\n', program.Errors)}{program.Output}");
        return program.Output;
    }

    private async Task Bad(string expected, params string[] arguments)
    {
        var program = Program();
        Assert.Equal(ExitCode.BadInput, await program.InvokeAsync(["nvm", .. arguments]));
        Assert.Contains(expected, Assert.Single(program.Errors), StringComparison.Ordinal);
    }

    private void Format(string child, long sizeBytes)
    {
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        using var area = device.Map(device.Children.Single(each => each.Name == child));
        VirtualDisks.Format(area, sizeBytes, Guid.Empty);
    }

    private int FirstBlock(string child)
    {
        using var device = NvmDevice.Open(FilePath, new MemoryLedger());
        return (int)device.Children.Single(each => each.Name == child).Extents[0].FirstBlock;
    }
}
