using System.Globalization;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Protection;
using Mbsa.Nvm.Tests.Devices;

namespace Mbsa.Nvm.Tests.Protection;

/// <summary>What a lease does to its users is the same whatever the protection behind it.</summary>
public sealed class ProtectedAreaTests
{
    private const int Pages = 8, PageBytes = 4096;

    public static TheoryData<ProtectionMethod> Methods => [.. Enum.GetValues<ProtectionMethod>()];

    [SkippableTheory]
    [MemberData(nameof(Methods))]
    public void What_is_written_is_read_whatever_the_offset_and_length(ProtectionMethod method)
    {
        SkipUnlessSupported(method);
        using var test = new TestDevice(8 << 20);
        using var area = test.Device.Map(test.CreateScattered("child", Pages), prefault: true, method);
        using var lease = area.Lease();
        using var other = area.Lease();
        var expected = new byte[Pages * PageBytes];
        var random = new Random(1);
        for (var i = 0; i < 200; i++)
        {
            var offset = random.Next(expected.Length + 1);
            var length = Math.Min(random.Next(i % 2 == 0 ? 100 : 3 * PageBytes), expected.Length - offset);
            random.NextBytes(expected.AsSpan(offset, length));
            if (i % 3 == 0)
            {
                lease.Stream(offset, expected.AsSpan(offset, length));
                lease.Fence();
            }
            else
            {
                lease.Write(offset, expected.AsSpan(offset, length));
            }

            var actual = new byte[length];
            other.Prefetch(offset);
            other.Read(offset, actual);
            Assert.Equal(expected.AsSpan(offset, length).ToArray(), actual);
            Assert.Equal(expected.AsSpan(offset, length), lease.View(offset, length));
        }

        Assert.Equal(expected, other.View(0, expected.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => lease.Write(expected.Length - 1, new byte[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => lease.View(-1, 1).Length);
    }

    [SkippableTheory]
    [MemberData(nameof(Methods))]
    public void A_lease_may_move_between_threads(ProtectionMethod method)
    {
        SkipUnlessSupported(method);
        using var test = new TestDevice(1 << 20);

        // A thread that is there before the key is knows nothing of it.
        using var mapped = new ManualResetEventSlim();
        NvmLease? lease = null;
        byte[] seen = [0, 0, 0, 0, 0];
        var early = new Thread(() =>
        {
            mapped.Wait();
            lease!.Read(PageBytes, seen);
            seen[4] = lease.View(2 * PageBytes, 1)[0];
            lease.Write(0, "early"u8);
        });
        early.Start();
        using var area = test.Device.Map(test.Device.CreateChild("child", Pages * PageBytes), prefault: false, method);
        using (lease = area.Lease())
        {
            lease.Write(PageBytes, "main"u8);
            lease.Write(2 * PageBytes, "!"u8);
            mapped.Set();
            early.Join();
            Assert.Equal("main!"u8, seen);
            Assert.Equal("early"u8, lease.View(0, 5));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Methods))]
    public void Threads_may_write_parts_of_one_page_at_once(ProtectionMethod method)
    {
        SkipUnlessSupported(method);
        using var test = new TestDevice(1 << 20);
        using var area = test.Device.Map(test.Device.CreateChild("child", Pages * PageBytes), prefault: false, method);
        const int part = 3000, rounds = 300, users = 4;
        var threads = Enumerable.Range(0, users).Select(user => new Thread(() =>
        {
            using var lease = area.Lease();
            var bytes = new byte[part];
            for (var round = 1; round <= rounds; round++)
            {
                Array.Fill(bytes, (byte)(user + round));
                lease.Write(user * part, bytes);
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        using var reader = area.Lease();
        for (var user = 0; user < users; user++)
        {
            Assert.Equal(part, reader.View(user * part, part).Count((byte)(user + rounds)));
        }

        AssertShut(method, area);
    }

    [SkippableTheory]
    [MemberData(nameof(Methods))]
    public void An_access_allocates_nothing(ProtectionMethod method)
    {
        SkipUnlessSupported(method);
        using var test = new TestDevice(1 << 20);
        using var area = test.Device.Map(test.Device.CreateChild("child", Pages * PageBytes), prefault: false, method);
        using var lease = area.Lease();
        var bytes = new byte[PageBytes];
        for (var warm = 0; warm < 2; warm++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
            {
                lease.Write(100, bytes);
                lease.Read(0, bytes);
                _ = lease.View(200, PageBytes);
            }

            Assert.True(warm == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Methods))]
    public void Outside_a_window_nothing_of_the_area_can_be_written(ProtectionMethod method)
    {
        SkipUnlessSupported(method);
        using var test = new TestDevice(1 << 20);
        using var area = test.Device.Map(test.Device.CreateChild("child", Pages * PageBytes), prefault: true, method);
        AssertShut(method, area);
        using var lease = area.Lease();
        lease.Write(PageBytes - 10, new byte[20]);
        lease.Stream(3 * PageBytes, new byte[1]);
        lease.Write(5 * PageBytes, []);
        AssertShut(method, area);
        if (method == ProtectionMethod.Pmap)
        {
            Assert.Equal(test.Device.SizeBytes, test.Ledger.MappedBytes); // the device's own bookkeeping, and nothing of the child
        }
    }

    [Fact]
    public void The_device_keeps_its_books_whether_its_mapping_is_shut_or_not()
    {
        using var test = new TestDevice(1 << 20, inFile: true);
        test.Device.CreateChild("before", PageBytes);
        using (test.Device.Map(test.Device.CreateChild("protected", PageBytes), false, ProtectionMethod.Pte))
        {
            test.Device.CreateChild("after", PageBytes);
            test.Device.DeleteChild("before");
        }

        Assert.Equal(["after", "protected"], test.Reopen().Children.Select(child => child.Name).Order());
    }

    [SkippableTheory]
    [InlineData(ProtectionMethod.Cr0)]
    [InlineData(ProtectionMethod.Cr0Opt)]
    public void The_areas_of_a_device_share_a_key_and_the_last_gives_it_back(ProtectionMethod method)
    {
        SkipUnlessSupported(method);
        using var test = new TestDevice(1 << 20);
        var children = Enumerable.Range(0, 4).Select(i => test.Device.CreateChild($"child-{i}", PageBytes)).ToList();
        for (var round = 0; round < 20; round++) // more often than a process has keys
        {
            var areas = children.Select(child => test.Device.Map(child, false, method)).ToList();
            Assert.Equal(1, test.Ledger.ProtectionKeys);
            areas.ForEach(area => area.Dispose());
            Assert.Equal(0, test.Ledger.ProtectionKeys);
        }
    }

    [SkippableTheory]
    [InlineData(ProtectionMethod.Cr0)]
    [InlineData(ProtectionMethod.Cr0Opt)]
    public void A_machine_without_protection_keys_says_so_and_what_to_do(ProtectionMethod method)
    {
        Skip.If(ProtectionSupport.WhyNot(method) is null, "this machine has protection keys");
        using var test = new TestDevice(1 << 20);
        var child = test.Device.CreateChild("child", PageBytes);

        var error = Assert.Throws<NvmException>(() => test.Device.Map(child, false, method));

        Assert.Contains("protection key", error.Message, StringComparison.Ordinal);
        Assert.Contains("protect with pte", error.Message, StringComparison.Ordinal);
        using var area = test.Device.Map(child, false, ProtectionMethod.Pte);
    }

    private static void SkipUnlessSupported(ProtectionMethod method) =>
        Skip.If(ProtectionSupport.WhyNot(method) is not null, ProtectionSupport.WhyNot(method));

    /// <summary>Looks at what the kernel thinks of every page of the area; a protection key is not seen there.</summary>
    private static void AssertShut(ProtectionMethod method, NvmArea area)
    {
        var expected = method switch { ProtectionMethod.Pte => "r--s", ProtectionMethod.Pmap => "---p", _ => "rw-s" };
        for (var page = 0; page < Pages; page++)
        {
            Assert.Equal(expected, Permissions(area.FirstAddress + page * PageBytes));
        }
    }

    private static string Permissions(nint address) => File.ReadLines("/proc/self/maps")
        .Select(line => line.Split(' ', 3))
        .First(words => words[0].Split('-').Select(Parse).ToArray() is [var first, var end] && first <= address && address < end)[1];

    private static nint Parse(string digits) => nint.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
