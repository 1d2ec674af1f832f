using Mbsa.Vm.Storage;

namespace Mbsa.Vm.Workload;

/// <summary>How the values of fio's options of verification are read.</summary>
internal static class VerifyValues
{
    /// <summary>fio's other methods: each tells a block from another, and what it writes is not to be seen from outside.</summary>
    private static readonly string[] _asCrc32c =
    [
        "md5", "sha1", "sha256", "sha512", "sha3-224", "sha3-256", "sha3-384", "sha3-512", "xxhash", "crc64", "crc32", "crc16", "crc7",
        "pattern",
    ];

    public static void Verify(JobDraft draft, JobOption option)
    {
        var text = JobOptionValues.Text(option);
        if (_asCrc32c.Contains(text))
        {
            draft.Warn(option.Remark("done as crc32c: every block says where and how often it was written, and is checked with that"));
        }
        else if (text == "null")
        {
            draft.Warn(option.Remark("nothing is checked, as in fio"));
        }

        draft.Spec = draft.Spec with
        {
            Verify = text switch
            {
                "0" or "none" or "null" => VerifyMethod.None,
                "meta" => VerifyMethod.Meta,
                "crc32c" or "crc32c-intel" => VerifyMethod.Crc32c,
                _ when _asCrc32c.Contains(text) => VerifyMethod.Crc32c,
                _ => throw new InputException($"must be 0, null, meta, crc32c, crc32c-intel, {string.Join(", ", _asCrc32c[..^1])} or "
                    + _asCrc32c[^1]),
            },
        };
    }

    public static void DoVerify(JobDraft draft, JobOption option)
    {
        JobOptionValues.Flag(option);
        draft.Warn(option.Remark("ignored: with verify, blocks are checked whenever they are read; there is no phase of its own for it"));
    }

    public static void VerifyFatal(JobDraft draft, JobOption option)
    {
        JobOptionValues.Flag(option);
        draft.Warn(option.Remark("ignored: a block that is not what was written is always an error"));
    }
}
