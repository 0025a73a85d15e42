using System.Runtime.InteropServices;

namespace Holdfast.Crypto.Native;

/// <summary>OSSL_PARAM of openssl/core.h: one named parameter; an array of them ends with a null key.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct OsslParam
{
    private const uint UnsignedInteger = 2;     // OSSL_PARAM_UNSIGNED_INTEGER
    private const uint Utf8String = 4;          // OSSL_PARAM_UTF8_STRING
    private const uint OctetString = 5;         // OSSL_PARAM_OCTET_STRING

    private byte* _key;
    private uint _type;
    private void* _value;
    private nuint _size;
    private nuint _returned;

    /// <summary>What ends an array.</summary>
    internal static OsslParam End => default;

    internal static OsslParam Octets(byte* key, byte* value, int size) => new()
    {
        _key = key,
        _type = OctetString,
        _value = value,
        _size = (nuint)size,
        _returned = nuint.MaxValue,
    };

    internal static OsslParam Text(byte* key, byte* value, int size) => new()
    {
        _key = key,
        _type = Utf8String,
        _value = value,
        _size = (nuint)size,
        _returned = nuint.MaxValue,
    };

    internal static OsslParam Size(byte* key, nuint* value) => new()
    {
        _key = key,
        _type = UnsignedInteger,
        _value = value,
        _size = (nuint)sizeof(nuint),
        _returned = nuint.MaxValue,
    };
}
