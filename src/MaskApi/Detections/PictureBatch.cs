using MaskApi.Problems;
using MaskApi.Uploads;

namespace MaskApi.Detections;

/// <summary>The pictures of a batch, each read or refused on its own.</summary>
internal sealed class PictureBatch : IDisposable
{
    /// <summary>Problems of a single picture, as opposed to the batch.</summary>
    private static readonly ProblemKind[] _ownKinds = [ProblemKinds.ImageTooLarge, ProblemKinds.ImageMissing, ProblemKinds.InvalidBody];

    private readonly List<Item> _items = [];

    /// <summary>Number of pictures.</summary>
    public int Count => _items.Count;

    /// <summary>The pictures in their order.</summary>
    public IReadOnlyList<Item> Items => _items;

    /// <summary>Reads one more picture. If it is empty, too large or invalid base64, that is recorded and the batch goes on.</summary>
    public async Task AddAsync(string name, PictureBuffer picture, Func<Task> fill)
    {
        try
        {
            await fill();
            if (picture.Bytes.IsEmpty)
            {
                throw new ProblemException(ProblemKinds.ImageMissing, "The file is empty.");
            }

            _items.Add(new Item(name, picture, null));
        }
        catch (ProblemException problem) when (_ownKinds.Contains(problem.Kind))
        {
            picture.Dispose();
            _items.Add(new Item(name, null, problem));
        }
        catch
        {
            picture.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _items.ForEach(static item => item.Picture?.Dispose());

    /// <summary>One picture.</summary>
    /// <param name="Name">The file's name, only for the response.</param>
    /// <param name="Picture">Its bytes; null if it was refused.</param>
    /// <param name="Problem">Why it was refused.</param>
    internal sealed record Item(string Name, PictureBuffer? Picture, ProblemException? Problem);
}
