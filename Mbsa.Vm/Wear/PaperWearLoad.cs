using Mbsa.Vm.Workload.Random;

namespace Mbsa.Vm.Wear;

/// <summary>
/// The load of the paper's Figure 8: one region of an 8 GB disk after the other is written at random, each for some minutes.
/// The figure gives the times of six regions; those of the first two cannot be read any more, so 30 and 15 minutes are invented,
/// and the 10 minutes it gives for 3 to 5 GB are shared out evenly. Works on any number of blocks: a region is an eighth of them.
/// </summary>
public sealed class PaperWearLoad
{
    private readonly long _blocks;
    private readonly long _passWrites;
    private Xoshiro256 _random;
    private int _region;
    private long _left;

    /// <summary>A load that begins with the first region; a pass over, it begins anew.</summary>
    /// <param name="blocks">Blocks of the disk, at least 8.</param>
    /// <param name="passWrites">Writes of all minutes together.</param>
    /// <param name="seed">Seeds the blocks within a region.</param>
    public PaperWearLoad(long blocks, long passWrites, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks, Minutes.Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(passWrites, TotalMinutes);
        (_blocks, _passWrites, _random, _region) = (blocks, passWrites, new Xoshiro256(seed), -1);
    }

    /// <summary>Minutes that each eighth of the disk is written; the first two are invented.</summary>
    public static ReadOnlySpan<int> Minutes => [30, 15, 40, 5, 5, 60, 5, 20];

    /// <summary>Minutes of a pass.</summary>
    public static int TotalMinutes => 180;

    /// <summary>Draws the blocks to be written next.</summary>
    public void Draw(Span<long> blocks)
    {
        while (blocks.Length > 0)
        {
            while (_left == 0)
            {
                _region = (_region + 1) % Minutes.Length;
                _left = _passWrites * Minutes[_region] / TotalMinutes;
            }

            var ofRegion = blocks[..(int)Math.Min(_left, blocks.Length)];
            DrawFromRegion(ofRegion);
            _left -= ofRegion.Length;
            blocks = blocks[ofRegion.Length..];
        }
    }

    private void DrawFromRegion(Span<long> blocks)
    {
        var first = _blocks * _region / Minutes.Length;
        var count = _blocks * (_region + 1) / Minutes.Length - first;
        var random = _random;
        foreach (ref var block in blocks)
        {
            block = first + random.Below(count);
        }

        _random = random;
    }
}
