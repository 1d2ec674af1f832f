using System.Runtime.CompilerServices;
using Mbsa.Nvm.Devices;
using Mbsa.Nvm.Memory;

namespace Mbsa.Nvm.PowerFailure;

/// <summary>
/// Memory of its own on which a device is laid out as a power failure may leave it, again and again: mapping it anew for each of a hundred
/// thousand states would take longer than everything else. One survivor at a time.
/// </summary>
internal sealed unsafe class SurvivorStage : IDisposable
{
    private readonly MemoryLedger _ledger;
    private readonly DeviceMemory _memory;
    private readonly AddressRange _range;

    /// <summary>Takes memory as large as the device.</summary>
    public SurvivorStage(long sizeBytes, MemoryLedger ledger)
    {
        _ledger = ledger;
        _memory = DeviceMemory.Create(sizeBytes, filePath: null, ledger);
        _range = AddressRange.Reserve(sizeBytes, ledger, "survivors of a power failure");
        _range.Map(0, _memory, 0, sizeBytes, prefault: true);
    }

    /// <summary>Lays out a state and mounts it.</summary>
    /// <param name="device">The device as it is.</param>
    /// <param name="pending">The words of it that may or may not have persisted.</param>
    /// <param name="choice">For each of them the index of the value it has.</param>
    /// <param name="watch">Watches the survivor; null for none.</param>
    /// <exception cref="NvmException">It cannot be mounted.</exception>
    public NvmDevice Mount(ReadOnlySpan<byte> device, IReadOnlyList<PendingWord> pending, int[] choice, IStoreWatch? watch)
    {
        device.CopyTo(new Span<byte>((void*)_range.Start, device.Length));
        for (var word = 0; word < choice.Length; word++)
        {
            Unsafe.WriteUnaligned((void*)(_range.Start + (nint)pending[word].OffsetBytes), pending[word].Values[choice[word]]);
        }

        // The survivor joins the memory as a user like any other; what it maps for its bookkeeping is the stage's own and stays.
        _memory.TryJoin();
        watch?.Watch(_memory, _range.Start);
        var whole = new NvmLease(new SharedLifetime(static () => { }), _range.Start, _memory.SizeBytes, watch?.GateForDevice(_range.Start));
        return NvmDevice.Mount(_memory, whole, _ledger, watch);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        _range.Release();
        _memory.Leave();
    }
}
