using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Virtio;

/// <summary>
/// What a back end does with a request, apart from when it is done: moves the bytes between guest memory and the disk.
/// A request that is wrong fails; it harms nobody else.
/// </summary>
/// <param name="storage">The disk; stays its owner's.</param>
/// <param name="copiedBytesPerBlock">Bytes of each block that are moved: all of them, those of a stamp, or 0 for none.</param>
public sealed class BlockDevice(BlockStorage storage, int copiedBytesPerBlock)
{
    /// <summary>Serves the request that a queue gave last.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="request">The request.</param>
    /// <returns>What became of it.</returns>
    public BlockStatus Serve(DeviceQueue queue, in BlockRequest request)
    {
        if (request.Kind == BlockRequestKind.Flush)
        {
            return BlockStatus.Ok;
        }

        if (request.Kind is not (BlockRequestKind.In or BlockRequestKind.Out))
        {
            return BlockStatus.Unsupported;
        }

        if (!IsOnDisk(request))
        {
            return BlockStatus.IoError;
        }

        var offsetBytes = (long)request.Sector * BlockRequest.SectorBytes;
        for (var segment = 0; segment < request.Segments; segment++)
        {
            var data = queue.Data(segment);
            Copy(request.IsWrite, offsetBytes, data);
            offsetBytes += data.Length;
        }

        return BlockStatus.Ok;
    }

    private bool IsOnDisk(in BlockRequest request)
    {
        var sectors = (ulong)storage.SizeBytes / BlockRequest.SectorBytes;
        return request.DataBytes > 0 && request.DataBytes % BlockRequest.SectorBytes == 0
            && request.Sector < sectors && (ulong)request.DataBytes / BlockRequest.SectorBytes <= sectors - request.Sector;
    }

    private void Copy(bool isWrite, long offsetBytes, Span<byte> data)
    {
        if (copiedBytesPerBlock == 0)
        {
            if (isWrite)
            {
                storage.WriteNothing(offsetBytes, data.Length);
            }
            else
            {
                storage.ReadNothing(offsetBytes, data.Length);
            }

            return;
        }

        if (copiedBytesPerBlock == BlockStorage.BlockBytes)
        {
            Transfer(isWrite, offsetBytes, data);
            return;
        }

        foreach (var part in new BlockParts(offsetBytes, data.Length))
        {
            Transfer(isWrite, part.OffsetBytes,
                data.Slice((int)(part.OffsetBytes - offsetBytes), Math.Min(copiedBytesPerBlock, part.LengthBytes)));
        }
    }

    private void Transfer(bool isWrite, long offsetBytes, Span<byte> data)
    {
        if (isWrite)
        {
            storage.Write(offsetBytes, data);
        }
        else
        {
            storage.Read(offsetBytes, data);
        }
    }
}
