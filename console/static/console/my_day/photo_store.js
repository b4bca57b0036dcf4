// Photos that wait to be sent, in the browser's own database (W3C Indexed Database API): they are too large for a list.

const NAME = "linli-photos";
const STORE = "photos";

/** @param {string} key @param {Blob} photo */
export function keepPhoto(key, photo) {
  return within("readwrite", (store) => store.put(photo, key));
}

/** @param {string} key @returns {Promise<Blob | undefined>} */
export function photoOf(key) {
  return within("readonly", (store) => store.get(key));
}

/** @param {string} key  of a photo, or of something else: then there is nothing to forget */
export function forgetPhoto(key) {
  return within("readwrite", (store) => store.delete(key));
}

/**
 * @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => IDBRequest} act
 * @returns {Promise<any>}
 */
async function within(mode, act) {
  const database = await opened();
  try {
    return await answered(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function opened() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return answered(request);
}

/** @param {IDBRequest} request */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
