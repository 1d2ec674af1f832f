using Mbsa.Vm.Storage;
using Mbsa.Vm.Wear;

namespace Mbsa.Vm.Tests.Storage;

public sealed class BlockVerifierTests
{
    private const int Blocks = 64;
    private const long Size = Blocks * 4096;

    [Fact]
    public void Two_operations_on_one_block_are_never_in_flight_together()
    {
        var verifier = new BlockVerifier(Size, 1, VerifyMethod.Crc32c);
        verifier.BeginClaims();
        Assert.True(verifier.TryClaim(4096, 3 * 4096));
        Assert.False(verifier.TryClaim(3 * 4096, 4096));
        Assert.False(verifier.TryClaim(0, 2 * 4096)); // and takes nothing of what was free
        Assert.True(verifier.TryClaim(0, 4096));
        verifier.ReleaseClaimed(4096, new byte[3 * 4096], isWrite: true);
        Assert.True(verifier.TryClaim(3 * 4096, 4096));
    }

    [Fact]
    public void What_comes_back_in_a_buffer_is_judged_by_what_was_last_acknowledged()
    {
        var verifier = new BlockVerifier(Size, 1, VerifyMethod.Crc32c);
        verifier.BeginClaims();
        var (first, second) = (Write(), Write());
        Read(second, wrong: 0);
        Read(first, wrong: 1); // stale
        second[100] ^= 1;
        Read(second, wrong: 2);
        Assert.Equal(3, verifier.BlocksVerified);

        byte[] Write()
        {
            var buffer = new byte[4096];
            Assert.True(verifier.TryClaim(8192, 4096));
            verifier.FillClaimed(8192, buffer);
            verifier.ReleaseClaimed(8192, buffer, isWrite: true);
            return buffer;
        }

        void Read(byte[] found, long wrong)
        {
            Assert.True(verifier.TryClaim(8192, 4096));
            verifier.ReleaseClaimed(8192, found, isWrite: false);
            Assert.Equal(wrong, verifier.BlocksWrong);
        }
    }

    [Theory]
    [InlineData(false, 0)] // the write never reached the disk
    [InlineData(true, 0)] // it did, and nobody heard of it
    [InlineData(null, 1)] // something else did
    public void After_a_lost_write_a_block_may_hold_the_old_or_the_new_and_nothing_else(bool? isDone, long wrong)
    {
        var verifier = new BlockVerifier(Size, 1, VerifyMethod.Crc32c);
        verifier.BeginClaims();
        var (old, lost) = (new byte[4096], new byte[4096]);
        verifier.TryClaim(0, 4096);
        verifier.FillClaimed(0, old);
        verifier.ReleaseClaimed(0, old, isWrite: true);
        verifier.TryClaim(0, 4096);
        verifier.FillClaimed(0, lost);
        verifier.BeginClaims(); // the VM ended with it in flight

        var found = isDone switch { true => lost, false => old, _ => new byte[4096] };
        for (var read = 0; read < 2; read++)
        {
            Assert.True(verifier.TryClaim(0, 4096));
            verifier.ReleaseClaimed(0, found, isWrite: false);
        }

        Assert.Equal(wrong * 2, verifier.BlocksWrong);
        verifier.TryClaim(0, 4096);
        verifier.ReleaseClaimed(0, isDone == true ? old : lost, isWrite: false); // by now it is known which
        Assert.Equal(wrong * 2 + 1, verifier.BlocksWrong);
    }

    [Theory]
    [InlineData(VerifyMethod.Meta, false)]
    [InlineData(VerifyMethod.Crc32c, false)]
    [InlineData(VerifyMethod.Meta, true)]
    [InlineData(VerifyMethod.Crc32c, true)]
    public void Four_threads_on_one_disk_find_no_wrong_block(VerifyMethod method, bool stampOnly)
    {
        using var test = VirtualDiskTests.Formatted(Size);
        using var disk = VirtualDisks.Mount(test.Area);
        var verifier = new BlockVerifier(Size, 1, method, stampOnly);

        Parallel.For(0, 4, thread =>
        {
            using var session = disk.OpenSession();
            var random = new Random(thread);
            var scratch = new byte[4096];
            for (var i = 0; i < 5000; i++)
            {
                var length = random.Next(1, 5);
                var offset = random.Next(Blocks - length) * 4096L;
                if (random.Next(2) == 0)
                {
                    verifier.Write(session, offset, length * 4096, scratch);
                }
                else
                {
                    verifier.Read(session, offset, length * 4096, scratch);
                }
            }
        });

        using var reader = disk.OpenSession();
        Assert.Equal(0, verifier.VerifyAll(reader));
        Assert.Null(verifier.FirstWrong);
        Assert.Equal(0, verifier.BlocksWrong);
        Assert.InRange(verifier.BlocksVerified, 10_000, 40_000);
    }

    [Theory]
    [InlineData(VerifyMethod.Meta, false, 0, 1)]
    [InlineData(VerifyMethod.Meta, false, 63, 1)]
    [InlineData(VerifyMethod.Meta, false, 64, 0)]
    [InlineData(VerifyMethod.Crc32c, false, 32, 1)]
    [InlineData(VerifyMethod.Crc32c, false, 64, 1)]
    [InlineData(VerifyMethod.Crc32c, false, 4095, 1)]
    [InlineData(VerifyMethod.Crc32c, true, 20, 1)]
    [InlineData(VerifyMethod.Crc32c, true, 64, 0)]
    public void A_flipped_bit_is_found_where_the_method_looks(VerifyMethod method, bool stampOnly, int place, int wrong)
    {
        using var raw = new RawVerification(method, stampOnly);
        raw.WriteAll();

        raw.Test.Damage(5 * 4096 + place, value => (byte)(value ^ 8));

        Assert.Equal(wrong, raw.Verifier.VerifyAll(raw.Session));
        Assert.Equal((Blocks, wrong), (raw.Verifier.BlocksVerified, raw.Verifier.BlocksWrong));
    }

    [Fact]
    public void A_lost_write_is_found()
    {
        using var raw = new RawVerification(VerifyMethod.Meta);
        raw.WriteAll();
        var old = new byte[4096];
        raw.Session.Read(5 * 4096, old);
        raw.Verifier.Write(raw.Session, 5 * 4096, 4096, raw.Scratch);
        raw.Session.Write(5 * 4096, old);

        raw.Verifier.Read(raw.Session, 4 * 4096, 2 * 4096, raw.Scratch);

        Assert.Equal("block 5, last written as generation 2: it is generation 1", raw.Verifier.FirstWrong);
        Assert.Equal(1, raw.Verifier.BlocksWrong);
    }

    [Fact]
    public void A_misplaced_block_is_found()
    {
        using var raw = new RawVerification(VerifyMethod.Crc32c);
        raw.WriteAll();
        var other = new byte[4096];
        raw.Session.Read(6 * 4096, other);
        raw.Session.Write(5 * 4096, other);

        Assert.Equal(1, raw.Verifier.VerifyAll(raw.Session));
        Assert.Equal("block 5, last written as generation 1: it is block 6, generation 1", raw.Verifier.FirstWrong);
    }

    [Fact]
    public void A_block_of_another_disk_is_found()
    {
        using var raw = new RawVerification(VerifyMethod.Crc32c);
        raw.WriteAll();
        new BlockVerifier(Size, 2, VerifyMethod.Crc32c).Write(raw.Session, 0, 4096, raw.Scratch);

        Assert.Equal(1, raw.Verifier.VerifyAll(raw.Session));
        Assert.EndsWith("it is of another disk", raw.Verifier.FirstWrong, StringComparison.Ordinal);
    }

    [Fact]
    public void A_block_never_written_is_not_judged()
    {
        using var raw = new RawVerification(VerifyMethod.Crc32c);
        raw.Session.Write(0, new byte[] { 1, 2, 3 });

        raw.Verifier.Read(raw.Session, 0, Size, raw.Scratch);

        Assert.Equal((0, 0, 0), (raw.Verifier.VerifyAll(raw.Session), raw.Verifier.BlocksVerified, raw.Verifier.BlocksWrong));
    }

    [Fact]
    public void A_stamp_moves_the_head_of_a_block_only()
    {
        using var raw = new RawVerification(VerifyMethod.Meta, stampOnly: true);
        raw.Session.Write(64, "stays"u8);
        raw.WriteAll();

        raw.Session.Read(64, raw.Scratch.AsSpan(0, 5));

        Assert.Equal(64, raw.Verifier.ScratchBytes);
        Assert.Equal("stays"u8, raw.Scratch.AsSpan(0, 5));
    }

    [Theory]
    [InlineData(-4096, 4096)]
    [InlineData(0, -4096)]
    [InlineData(Size - 4095, 4096)]
    [InlineData(Size, 4096)]
    [InlineData(long.MaxValue - 4095, 4096)]
    [InlineData(4096, long.MaxValue - 4095)]
    public void Only_what_is_on_the_disk_can_be_verified(long offset, long length)
    {
        using var raw = new RawVerification(VerifyMethod.Meta);

        Assert.Throws<ArgumentException>(() => raw.Verifier.Write(raw.Session, offset, length, raw.Scratch));
        Assert.Throws<ArgumentException>(() => raw.Verifier.Read(raw.Session, offset, length, raw.Scratch));
        Assert.Throws<ArgumentException>(() => raw.Verifier.Read(raw.Session, 0, 4096, new byte[4095]));
        Assert.Throws<ArgumentException>(() => new BlockVerifier(Size, 1, VerifyMethod.None));
    }

    [Theory]
    [InlineData(4096 + 512, 512)]
    [InlineData(4096 + 2048, 4096)]
    [InlineData(4096 - 512, 2 * 4096)]
    public void A_block_of_which_a_part_was_written_is_not_judged_until_it_is_written_in_full(long offset, long length)
    {
        using var raw = new RawVerification(VerifyMethod.Crc32c);
        raw.WriteAll();
        raw.Verifier.Write(raw.Session, offset, length, raw.Scratch);
        var untouched = Size / 4096 - ((offset + length - 1) / 4096 - offset / 4096 + 1);
        var whole = Math.Max(0, (offset + length) / 4096 - (offset + 4095) / 4096);

        Assert.Equal(0, raw.Verifier.VerifyAll(raw.Session));
        Assert.Equal(untouched + whole, raw.Verifier.BlocksVerified);

        raw.WriteAll();
        var stale = raw.Read(0);
        raw.WriteAll();
        Assert.Equal(0, raw.Verifier.VerifyAll(raw.Session));
        Assert.Equal(untouched + whole + Size / 4096, raw.Verifier.BlocksVerified);
        raw.Session.Write(0, stale);
        Assert.Equal(1, raw.Verifier.VerifyAll(raw.Session));
    }

    [Fact]
    public void In_flight_a_block_of_which_a_part_is_written_is_claimed_and_not_judged()
    {
        var verifier = new BlockVerifier(Size, 1, VerifyMethod.Meta);
        verifier.BeginClaims();
        WriteClaimed(0, 3 * 4096);

        Assert.True(verifier.TryClaim(2048, 4096));
        Assert.False(verifier.TryClaim(0, 512));
        Assert.False(verifier.TryClaim(4096, 4096));
        Assert.True(verifier.TryClaim(8192, 4096));
        verifier.ReleaseClaimed(8192, new byte[4096], isWrite: false);
        Assert.Equal((1, 1), (verifier.BlocksVerified, verifier.BlocksWrong));
        verifier.FillClaimed(2048, new byte[4096]);
        verifier.ReleaseClaimed(2048, new byte[4096], isWrite: true);

        Assert.True(verifier.TryClaim(0, 8192));
        verifier.ReleaseClaimed(0, new byte[8192], isWrite: false);
        Assert.Equal((1, 1), (verifier.BlocksVerified, verifier.BlocksWrong));

        void WriteClaimed(long offset, int length)
        {
            var buffer = new byte[length];
            Assert.True(verifier.TryClaim(offset, length));
            verifier.FillClaimed(offset, buffer);
            verifier.ReleaseClaimed(offset, buffer, isWrite: true);
        }
    }

    [Fact]
    public void A_read_of_a_part_does_not_say_whether_a_lost_write_was_done()
    {
        var verifier = new BlockVerifier(Size, 1, VerifyMethod.Crc32c);
        verifier.BeginClaims();
        var buffer = new byte[4096];
        foreach (var isLost in new[] { false, true })
        {
            Assert.True(verifier.TryClaim(0, 4096));
            verifier.FillClaimed(0, buffer);
            if (!isLost)
            {
                verifier.ReleaseClaimed(0, buffer, isWrite: true);
            }
        }

        verifier.AbandonClaimed(0, 4096);
        Assert.True(verifier.TryClaim(512, 512));
        verifier.ReleaseClaimed(512, new byte[512], isWrite: false);
        Assert.True(verifier.TryClaim(0, 4096));
        verifier.ReleaseClaimed(0, buffer, isWrite: false);

        Assert.Equal((1, 0), (verifier.BlocksVerified, verifier.BlocksWrong));
    }

    [Fact]
    public void A_write_that_failed_is_not_expected()
    {
        using var raw = new RawVerification(VerifyMethod.Crc32c);
        raw.WriteAll();
        var dead = new RawDisk(raw.Test.Area).OpenSession();
        dead.Dispose();

        Assert.Throws<ObjectDisposedException>(() => raw.Verifier.Write(dead, 0, 4096, raw.Scratch));

        Assert.Equal(0, raw.Verifier.VerifyAll(raw.Session));
    }

    private sealed class RawVerification : IDisposable
    {
        public readonly TestArea Test = new(Size);
        public readonly RawDiskSession Session;
        public readonly BlockVerifier Verifier;
        public readonly byte[] Scratch = new byte[4096];

        public RawVerification(VerifyMethod method, bool stampOnly = false) =>
            (Session, Verifier) = (new RawDisk(Test.Area).OpenSession(), new BlockVerifier(Size, 1, method, stampOnly));

        public void WriteAll() => Verifier.Write(Session, 0, Size, Scratch);

        public byte[] Read(long offset)
        {
            var block = new byte[4096];
            Session.Read(offset, block);
            return block;
        }

        public void Dispose()
        {
            Session.Dispose();
            Test.Dispose();
        }
    }
}
