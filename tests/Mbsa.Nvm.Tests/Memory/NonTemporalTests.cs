using System.Runtime.Intrinsics.X86;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.Tests.Memory;

public sealed class NonTemporalTests
{
    public static TheoryData<int> Widths => [.. new[]
        { 0, Sse2.X64.IsSupported ? 8 : 0, Sse2.IsSupported ? 16 : 0, Avx.IsSupported ? 32 : 0, Avx512F.IsSupported ? 64 : 0 }.Distinct()];

    [Theory]
    [MemberData(nameof(Widths))]
    public void It_copies_what_a_plain_copy_copies_whatever_the_alignment_and_length(int storeBytes)
    {
        var source = new byte[4096 + 512];
        new Random(1).NextBytes(source);
        var expected = new byte[source.Length + 512];
        var actual = GC.AllocateArray<byte>(expected.Length, pinned: true);
        foreach (var length in Enumerable.Range(0, 301).Concat([511, 512, 513, 4095, 4096, 4097]))
        {
            for (var alignment = 0; alignment < 64; alignment += length > 130 ? 7 : 1)
            {
                // The bytes around the destination must stay as they were.
                Array.Fill(expected, (byte)0xA5);
                Array.Fill(actual, (byte)0xA5);
                var from = source.AsSpan(alignment * 5 % 64, length);
                from.CopyTo(expected.AsSpan(64 + alignment));

                NonTemporal.Copy(actual.AsSpan(64 + alignment), from, storeBytes);
                NonTemporal.Fence();

                Assert.True(expected.AsSpan().SequenceEqual(actual), $"{length} bytes to alignment {alignment}");
            }
        }
    }

    [Fact]
    public void The_widest_store_of_the_processor_is_the_default() =>
        Assert.Equal(Avx512F.IsSupported ? 64 : Avx.IsSupported ? 32 : Sse2.IsSupported ? 16 : 0, NonTemporal.StoreBytes);

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => NonTemporal.Copy(new byte[15], new byte[16]));
}
