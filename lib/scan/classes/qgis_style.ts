/**
 * A style of QGIS for a labelled LAS file: its point cloud renderer "classified", with a row for each classification
 * code. QGIS loads it by itself where it lies beside the scan under the same name, with the extension `.qml`.
 *
 * Source: QGIS, `QgsPointCloudClassifiedRenderer::save` and `QgsMapLayer::exportNamedStyle`.
 *
 * @module
 */
import { escape } from "@std/html/entities";
import { classCodes, type LabelClasses } from "./class_table.ts";

/** The code of points without a label, and their colour. */
const UNLABELLED = { code: 0, name: "unlabelled", color: "#e1e1e1" };

/** Writes the style as XML. */
export function qgisStyle(student: LabelClasses): string {
  const codes = classCodes(student);
  const rows = codes[0]?.code === UNLABELLED.code ? codes : [UNLABELLED, ...codes];
  const categories = rows.map(({ code, name, color }) =>
    `      <category value="${code}" pointSize="0" label="${escape(name)}" color="${
      channels(color).join(",")
    },255" render="true"/>`
  );
  return [
    `<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>`,
    `<qgis version="3.28" styleCategories="Symbology">`,
    `  <renderer type="classified" attribute="Classification" pointSize="1" pointSizeUnit="MM" maximumScreenError="0.3" maximumScreenErrorUnit="MM" pointSymbol="0">`,
    `    <categories>`,
    ...categories,
    `    </categories>`,
    `  </renderer>`,
    `</qgis>`,
    "",
  ].join("\n");
}

function channels(color: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
