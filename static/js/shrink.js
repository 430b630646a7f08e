/**
 * smaller(file): a photo of a phone, made small enough to travel; anything else as it is.
 *
 * 2600 pixels are as many as the server keeps, so no letter is lost that would not be lost there.
 * What the browser cannot open, and what would not get much smaller, goes out as it is.
 */
const FROM_BYTES = 1.5 * 1024 ** 2;
const LONGEST = 2600;
const QUALITY = 0.88;

export function huge(file) {
  return /^image\/(jpeg|png|webp|bmp|avif|heic|heif)$/.test(file.type) && file.size > FROM_BYTES;
}

export async function smaller(file) {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "white";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.imageSmoothingQuality = "high";
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const made = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    const name = file.name.replace(/\.\w+$/, "") + ".jpg";
    return made && made.size < 0.8 * file.size ? new File([made], name, { type: "image/jpeg" }) : file;
  } catch {
    return file;
  }
}
